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
	tsv("kernel stack size batch inject inject_min recv recv_min sum least")
	key = get("kernel") "," get("size") "," get("batch")
	if (!(key in udp_key))
		udp_order[++udp_n] = key
	udp_key[key] = 1
	for (name in field)
		udp[key, get("stack"), name] = field[name]
}

/^test=policy/ {
	tsv("load stack policy inject_min recv_min send_min least sum " \
	    "packets received " \
	    "replies opened refused consumed reserve failed dropped returned")
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

function udp_row(key, what, title) {
	printf "| %s | %s | %s | %s | %s | %s | %s |\n", part[1], part[2],
		part[3], title, ns(udp[key, "linux", what]),
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
	if (udp[key, "floor", "sum"] != "")
		printf "| %s | %s | %s | floor | %s | | |\n", part[1], part[2],
			part[3], ns(udp[key, "floor", "least"])
}

# The target is set for the kernel as it is distributed.
function udp_target(key) {
	split(key, part, ",")
	if (part[1] == "uml-stock" && part[3] + 0 > 1)
		printf "- target, %s, %s bytes: at most 33 %% of Linux: %s\n",
			part[1], part[2],
			verdict(udp[key, "ksmol", "least"] + 0 <= \
				0.33 * udp[key, "linux", "least"])
}

function udp_table(    i) {
	print "\n## UDP receive, ns per packet\n"
	print "| kernel | payload | read after | part | Linux | ksmol " \
	      "| ksmol / Linux |"
	print "|---|--:|--:|---|--:|--:|--:|"
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
		if (key == "bound,same,ksmol")
			met = verdict(change <= 1.1)
	}
	printf "\n- target: the same socket among %s within 10 %% of it alone: %s\n",
		order[n], met
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
}
