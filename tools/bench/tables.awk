# Turns the lines of bench.log ("test=udp stack=linux size=18 ... kernel=uml")
# into one .tsv per test, for plots and for other programs, and into the tables
# of results.md on the standard output. Times are ns, the least of all rounds; a
# sum is that of its parts' least, which need not be of the same round.

function get(key) { return key in field ? field[key] : "" }

# Appends the values of the named fields to TEST.tsv.
function tsv(names,    n, name, i, line) {
	n = split(names, name, " ")
	line = get(name[1])
	for (i = 2; i <= n; i++)
		line = line "\t" (get(name[i]) == "" ? "-" : get(name[i]))
	if (!(file in started)) {
		gsub(" ", "\t", names)
		print names >file
		started[file] = 1
	}
	print line >file
}

function least_sum() {
	if (get("inject_min") == "")
		return get("sum_min")
	return get("inject_min") + get("recv_min") + get("send_min")
}

function percent(part, whole) {
	return whole + 0 > 0 ? sprintf("%.0f %%", 100 * part / whole) : "-"
}

function ns(value) { return value == "" ? "-" : sprintf("%.0f", value) }
function tenth(value) { return value == "" ? "-" : sprintf("%.1f", value) }

# The + 0 here and there makes numbers of what would be compared as strings.
function verdict(good) { return good ? "met" : "**missed**" }

/^release=/ { context = $0 }

/^test=/ {
	delete field
	for (i = 1; i <= NF; i++) {
		at = index($i, "=")
		field[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	field["least"] = least_sum()
	test = get("test")
	file = test ".tsv"
	seen[test] = 1
}

/^test=udp/ {
	tsv("kernel ip stack size batch inject inject_min recv recv_min sum least")
	key = get("kernel") "," get("ip") "," get("size") "," get("batch")
	if (!(key in udp_key))
		udp_order[++udp_n] = key
	udp_key[key] = 1
	for (name in field)
		udp[key, get("stack"), name] = field[name]
}

/^test=policy/ {
	tsv("load stack policy inject_min recv_min send_min least sum " \
	    "packets received " \
	    "replies refused consumed reserve failed dropped returned")
	policy_line[++policy_n] = sprintf( \
		"| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |",
		get("load"),
		get("stack") == "linux" ? "(Linux)" : get("policy"),
		ns(get("inject_min")), ns(get("recv_min")),
		ns(get("send_min")), ns(get("least")), percent(get("received"), get("packets")),
		percent(get("replies"), get("packets")), get("refused"),
		get("consumed"), get("reserve"), get("failed"), get("returned"))
}

/^test=alloc/ {
	tsv("allocator hold pair pair_min")
	name = get("allocator")
	if (!(name in alloc_name))
		alloc_order[++alloc_n] = name
	alloc_name[name] = 1
	alloc[name, get("hold")] = get("pair_min")
}

/^test=sockets/ {
	tsv("stack kind target count inject inject_min recv recv_min sum least")
	key = get("kind") "," get("target") "," get("stack")
	if (!(key in sockets_key))
		sockets_order[++sockets_n] = key
	sockets_key[key] = 1
	sockets[key, get("count")] = get("least")
	if (!(get("count") in counts))
		order[++count_n] = get("count")
	counts[get("count")] = 1
}

/^test=multicast/ {
	tsv("stack ip size groups readers copied inject inject_min recv recv_min " \
	    "sum least")
	multicast_line[++multicast_n] = sprintf( \
		"| %s | %s | %s | %s | %s | %s | %s | %s | %s |", get("ip"),
		get("size"), get("groups"), get("readers"), get("stack"),
		ns(get("inject_min")),
		ns(get("recv_min")), ns(get("least")), get("copied"))
}

function better(name, key, value, high) {
	if (!((name, key) in best) || (high ? value > best[name, key] : \
					     value < best[name, key]))
		best[name, key] = value
}

# Of all rounds: the most, the least, and what is to be called the median.
function take(name, key, value, high) {
	if (value == "")
		return
	value += 0
	better(name, key, value, high)
	all[name, key, ++taken[name, key]] = value
}

function quantile(name, key, part,    n, i, j, v, list) {
	n = taken[name, key]
	for (i = 1; i <= n; i++) {
		v = all[name, key, i]
		for (j = i; j > 1 && list[j - 1] > v; j--)
			list[j] = list[j - 1]
		list[j] = v
	}
	i = int((n + 1) * part)
	return list[i ? i : 1]
}

function median(name, key) { return quantile(name, key, 0.5) }

/^test=tcp_stream/ {
	key = get("offload") "," get("path")
	take("mbps", key, get("mbps"), 1)
	take("cpu", key, get("cpu"), 0)
	mbps[key, get("round")] = get("mbps")
	if (get("round") + 0 > stream_rounds)
		stream_rounds = get("round") + 0
}

/^test=tcp_rr/ {
	key = get("processors") "," get("path")
	take("p50", key, get("p50"), 0)
	take("p99", key, get("p99"), 0)
}

/^test=tcp_churn/ {
	take("churn", get("processors") "," get("path"), get("per_second"), 1)
}

/^test=tcp_idle/ {
	key = get("stack") "," get("count")
	take("idle", key, get("p50"), 0)
	take("kib", key, get("kib"), 0)
}

/^test=ring_/ {
	tsv("way size round packets ns mean")
	key = substr(get("test"), 6) "," get("size") "," get("way")
	take("ring", key, get("ns"), 0)
	take("mean", key, get("mean"), 0)
}

function udp_row(key, what, title) {
	printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", part[1], part[2],
		part[3], part[4], title, ns(udp[key, "linux", what]),
		ns(udp[key, "ksmol", what]),
		percent(udp[key, "ksmol", what], udp[key, "linux", what])
}

function udp_rows(key) {
	split(key, part, ",")
	if (udp[key, "linux", "recv"] != "") {
		udp_row(key, "inject_min", "inject")
		udp_row(key, "recv_min", "recv")
	}
	udp_row(key, "least", "sum")
	udp_row(key, "sum", "sum, median")
	if (udp[key, "callback", "sum"] != "")
		printf "| %s | %s | %s | %s | callback | | %s | |\n", part[1],
			part[2], part[3], part[4],
			ns(udp[key, "callback", "least"])
	if (udp[key, "floor", "sum"] != "")
		printf "| %s | %s | %s | %s | floor | %s | | |\n", part[1],
			part[2], part[3], part[4],
			ns(udp[key, "floor", "least"])
}

# The targets are set for the kernel as it is distributed.
function udp_target(key,    most) {
	split(key, part, ",")
	most = part[2] == 6 ? 35 : 33
	if (part[1] == "uml-stock" && part[4] + 0 > 1)
		printf "- target, %s, IPv%s, %s bytes: at most %d %% of Linux: %s\n",
			part[1], part[2], part[3], most,
			verdict(udp[key, "ksmol", "least"] + 0 <= \
				most / 100 * udp[key, "linux", "least"])
}

function udp_table(    i) {
	print "\n## UDP receive, ns per packet\n"
	print "| kernel | IPv | payload | read after | part | Linux | ksmol " \
	      "| ksmol / Linux |"
	print "|---|--:|--:|--:|---|--:|--:|--:|"
	for (i = 1; i <= udp_n; i++)
		udp_rows(udp_order[i])
	print ""
	for (i = 1; i <= udp_n; i++)
		udp_target(udp_order[i])
}

function policy_table(    i) {
	print "\n## Transmit token policies, ns per packet, and outcomes\n"
	print "| load | policy | inject | recv | send | sum | read | answered " \
	      "| refused | consumed | reserve | failed | returned |"
	print "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (i = 1; i <= policy_n; i++)
		print policy_line[i]
}

function alloc_table(    i, name) {
	print "\n## Allocation and free, ns per pair\n"
	print "| allocator | hold 1 | hold 16 | hold 64 |"
	print "|---|--:|--:|--:|"
	for (i = 1; i <= alloc_n; i++) {
		name = alloc_order[i]
		printf "| %s | %s | %s | %s |\n", name, tenth(alloc[name, 1]),
			tenth(alloc[name, 16]), tenth(alloc[name, 64])
	}
	printf "\n- target: at most half of page_pool's direct path: %s\n",
		verdict(alloc["ksmol_rx", 1] + 0 <= alloc["page_pool", 1] / 2)
}

function sockets_table(    i, n, key, c, change) {
	n = count_n
	print "\n## Number of sockets, ns per packet (inject + recv)\n"
	printf "| sockets | target | stack |"
	for (c = 1; c <= n; c++)
		printf " %s |", order[c]
	printf " last / first |\n|---|---|---|"
	for (c = 0; c <= n; c++)
		printf "--:|"
	print ""
	for (i = 1; i <= sockets_n; i++) {
		key = sockets_order[i]
		split(key, part, ",")
		printf "| %s | %s | %s |", part[1], part[2], part[3]
		for (c = 1; c <= n; c++)
			printf " %s |", ns(sockets[key, order[c]])
		change = sockets[key, order[n]] / sockets[key, order[1]]
		printf " %.2f |\n", change
		if (part[2] == "same" && part[3] == "ksmol")
			met = met (met ? ", " : "") part[1] " " \
				verdict(change <= 1.1)
	}
	printf "\n- target: the same socket among %s within 10 %% of it alone: %s\n",
		order[n], met
}

function multicast_table(    i) {
	print "\n## Readers of a group, ns per reader and datagram\n"
	print "| IPv | bytes | groups | readers | stack | inject | recv | sum " \
	      "| copied |"
	print "|--:|--:|--:|--:|---|--:|--:|--:|--:|"
	for (i = 1; i <= multicast_n; i++)
		print multicast_line[i]
}

function ratio(name, key, base) {
	return best[name, base] > 0 ? \
		sprintf("%.2f", best[name, key] / best[name, base]) : "-"
}

# Of each round, what is one of Linux to Linux.
function stream_ratios(key, base,    i) {
	for (i = 1; i <= stream_rounds; i++)
		if (mbps[key, i] > 0 && mbps[base, i] > 0)
			take("paired", key, mbps[key, i] / mbps[base, i], 1)
}

function stream_row(offload, path, title,    key, base) {
	key = offload "," path
	base = offload ",linux-linux"
	stream_ratios(key, base)
	printf "| %s | %s | %.2f | %.2f to %.2f | %.2f | %.2f to %.2f | %s |\n",
		offload, title, median("mbps", key) / 1000,
		quantile("mbps", key, 0.25) / 1000,
		quantile("mbps", key, 0.75) / 1000, median("paired", key),
		quantile("paired", key, 0.25), quantile("paired", key, 0.75),
		median("cpu", key)
	print offload "\t" path "\t" median("mbps", key) / 1000 "\t" \
		median("cpu", key) >"tcp_stream.tsv"
}

function stream_target(offload, least) {
	printf "- target, offloads %s: at least %.1f of Linux: %s\n", offload,
		least,
		verdict(median("paired", offload ",ksmol-linux") >= least && \
			median("paired", offload ",linux-ksmol") >= least)
}

function stream_table(    i, mode) {
	print "offload\tpath\tgbps\tcpu_ns_per_kib" >"tcp_stream.tsv"
	print "\n## TCP throughput, iperf3 over veth\n"
	printf "%d rounds: medians, and between which two the middle half lies.\n\n",
		stream_rounds
	print "| offloads | from, to | Gbit/s | middle half " \
	      "| of Linux, round by round | middle half | CPU, ns per KiB |"
	print "|---|---|--:|--:|--:|--:|--:|"
	split("on off", mode, " ")
	for (i = 1; i <= 2; i++) {
		stream_row(mode[i], "linux-linux", "Linux, Linux")
		stream_row(mode[i], "ksmol-linux", "ksmol, Linux")
		stream_row(mode[i], "linux-ksmol", "Linux, ksmol")
	}
	print ""
	stream_target("on", 1.0)
	stream_target("off", 1.1)
}

function small_row(where, path, title,    key, base) {
	key = where "," path
	base = where ",linux-linux"
	printf "| %s | %s | %.1f | %s | %.1f | %s | %.0f | %s |\n", where, title,
		best["p50", key] / 1000, ratio("p50", key, base),
		best["p99", key] / 1000, ratio("p99", key, base),
		best["churn", key], ratio("churn", key, base)
}

function small_rows(where) {
	small_row(where, "linux-linux", "Linux, Linux")
	small_row(where, "ksmol-linux", "ksmol, Linux")
	small_row(where, "linux-ksmol", "Linux, ksmol")
	small_row(where, "ksmol-ksmol", "ksmol, ksmol")
}

# The clock's grain and chance are allowed for.
function no_worse(name, where, allow,    linux) {
	linux = best[name, where ",linux-linux"] * allow
	return best[name, where ",ksmol-linux"] <= linux && \
		best[name, where ",linux-ksmol"] <= linux && \
		best[name, where ",ksmol-ksmol"] <= linux
}

function small_table() {
	print "\n## TCP: one byte there and back, and connections for one byte\n"
	print "| processors | client, server | p50, us | of Linux | p99, us " \
	      "| of Linux | connections/s | of Linux |"
	print "|---|---|--:|--:|--:|--:|--:|--:|"
	small_rows("two")
	small_rows("one")
	printf "\n- target: p50 and p99 no worse than Linux's: %s\n",
		verdict(no_worse("p50", "one", 1.02) && \
			no_worse("p99", "one", 1.1) && \
			no_worse("p50", "two", 1.05) && \
			no_worse("p99", "two", 1.1))
}

# Both ends' memory is Linux's, or one is ksmol's.
function idle_table(    i, n, count, l, k, change) {
	n = split("1 100 1000 10000", count, " ")
	print "count\tlinux\tksmol" >"tcp_idle.tsv"
	print "\n## TCP: idle connections\n"
	print "| connections | a byte there and back, Linux, us | ksmol, us " \
	      "| bytes per connection, Linux | ksmol |"
	print "|--:|--:|--:|--:|--:|"
	for (i = 1; i <= n; i++) {
		l = best["kib", "linux," count[i]] * 1024 / count[i] / 2
		k = best["kib", "ksmol," count[i]] * 1024 / count[i] - l
		printf "| %d | %.1f | %.1f | %s | %s |\n", count[i],
			best["idle", "linux," count[i]] / 1000,
			best["idle", "ksmol," count[i]] / 1000,
			count[i] < 10000 ? "-" : sprintf("%.0f", l),
			count[i] < 10000 ? "-" : sprintf("%.0f", k)
		print count[i] "\t" best["idle", "linux," count[i]] / 1000 \
			"\t" best["idle", "ksmol," count[i]] / 1000 >"tcp_idle.tsv"
	}
	change = best["idle", "ksmol," count[n]] / best["idle", "ksmol," count[1]]
	printf "\n- target: among %s connections within 10 %% of it alone: %s\n",
		count[n], verdict(change <= 1.1)
}

# ns per packet, what generating it takes taken off.
function ring_ns(name, test, size, way) {
	return (name == "ring" ? best["ring", test "," size "," way] : \
		median("mean", test "," size "," way)) - \
		best["ring", test "," size ",floor"]
}

function ring_row(test, size, way, linux, title,    cost) {
	cost = ring_ns("ring", test, size, way)
	printf "| %s | %s | %.0f | %.0f | %.0f | %.2f |\n", size, title,
		1e6 / cost, cost, ring_ns("mean", test, size, way),
		ring_ns("ring", test, size, linux) / cost
}

function ring_head(title) {
	print "\n## " title ", of one processor\n"
	print "| payload | by | 1000 packets/s | ns per packet | mean " \
	      "| of Linux's sockets |"
	print "|--:|---|--:|--:|--:|--:|"
}

# The ring is ahead of all of these ways.
function ring_first(test, size, ways,    i, n, way) {
	n = split(ways, way, " ")
	for (i = 1; i <= n; i++)
		if (ring_ns("ring", test, size, "ring") >= \
		    ring_ns("ring", test, size, way[i]))
			return 0
	return 1
}

function ring_target(test, size, ways) {
	printf "- target, %s bytes: ring first: %s\n", size,
		verdict(ring_first(test, size, ways))
}

function ring_receive_rows(size) {
	ring_row("receive", size, "recvmmsg", "recvmmsg", "Linux, recvmmsg")
	ring_row("receive", size, "tpacket", "recvmmsg", "Linux, TPACKET_V3")
	ring_row("receive", size, "af_xdp", "recvmmsg",
		 "Linux, AF_XDP copy mode, by the driver")
	ring_row("receive", size, "af_xdp-skb", "recvmmsg",
		 "Linux, AF_XDP copy mode, generic")
	ring_row("receive", size, "ksmol-recvmmsg", "recvmmsg",
		 "ksmol, recvmmsg")
	ring_row("receive", size, "ring", "recvmmsg", "ksmol, ring")
}

function ring_receive_table(    others) {
	others = "recvmmsg tpacket af_xdp af_xdp-skb ksmol-recvmmsg"
	ring_head("Receiving")
	ring_receive_rows(18)
	ring_receive_rows(1472)
	print ""
	ring_target("receive", 18, others)
	ring_target("receive", 1472, others)
}

function ring_send_rows(size) {
	ring_row("send", size, "sendmmsg", "sendmmsg", "Linux, sendmmsg")
	ring_row("send", size, "zerocopy", "sendmmsg", "Linux, MSG_ZEROCOPY")
	ring_row("send", size, "ksmol-sendmmsg", "sendmmsg", "ksmol, sendmmsg")
	ring_row("send", size, "ring", "sendmmsg", "ksmol, ring")
}

function ring_send_table(    others) {
	others = "sendmmsg zerocopy ksmol-sendmmsg"
	ring_head("Sending")
	ring_send_rows(18)
	ring_send_rows(1472)
	ring_send_rows(8972)
	print ""
	ring_target("send", 18, others)
	ring_target("send", 1472, others)
	ring_target("send", 8972, others)
}

END {
	print "# ksmol beside Linux\n"
	print "Measured by `make bench`: " context "."
	print "The least of all rounds, unless it says otherwise."
	print "What each figure compares stands in tools/bench/README.md."
	if (seen["udp"])
		udp_table()
	if (seen["policy"])
		policy_table()
	if (seen["alloc"])
		alloc_table()
	if (seen["sockets"])
		sockets_table()
	if (seen["multicast"])
		multicast_table()
	if (seen["tcp_stream"])
		stream_table()
	if (seen["tcp_rr"])
		small_table()
	if (seen["tcp_idle"])
		idle_table()
	if (seen["ring_receive"])
		ring_receive_table()
	if (seen["ring_send"])
		ring_send_table()
}
