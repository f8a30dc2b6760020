# The tables of `make bench-exhaustion`, on top of tables.awk.

/^test=exhaustion / {
	tsv("load tcp pool policy packets received replies least inject_min " \
	    "recv_min send_min refused consumed reserve failed dropped " \
	    "returned stack token socket neighbor device user")
	cell = get("load") "," get("tcp") "," get("pool")
	if (!(cell in cells)) {
		cells[cell] = 1
		cell_order[++cell_n] = cell
	}
	for (name in field)
		ex[cell, get("policy"), name] = field[name]
}

/^test=exhaustion_tcp/ {
	tsv("pool transfers bytes ms")
	tcp_line[++tcp_n] = sprintf("| %s | %d | %.1f |", get("pool"),
		get("transfers"), get("bytes") / 1048576)
}

/^test=tokens/ {
	tsv("build turn policy inject_min recv_min least")
	take("tokens", get("build") "," get("policy"), get("least"), 0)
	turns = get("turn") + 1
}

function lost(cell, policy, what,    all) {
	all = ex[cell, policy, "packets"]
	return all ? sprintf("%.1f", 100 * (all - ex[cell, policy, what]) / all) \
		: "-"
}

# "eager | lazy | reserve" of a figure.
function three(cell, what, share,    i, line) {
	for (i = 1; i <= 3; i++)
		line = line " " (share ? lost(cell, policies[i], what) : \
			ns(ex[cell, policies[i], what])) " |"
	return line
}

function exhaustion_rows(kind,    i) {
	for (i = 1; i <= cell_n; i++) {
		split(cell_order[i], part, ",")
		if (part[1] != kind)
			continue
		printf "| %s | %s |", part[3], part[2]
		if (kind != "ping")
			printf "%s", three(cell_order[i], "received", 1)
		if (kind != "receive")
			printf "%s", three(cell_order[i], "replies", 1)
		print three(cell_order[i], "least", 0)
	}
}

function exhaustion_table(kind, title) {
	print "\n## Exhaustion: " title "\n"
	printf "| pool | TCP |"
	if (kind != "ping")
		printf " not received, %%: eager | lazy | reserve |"
	if (kind != "receive")
		printf " not answered, %%: eager | lazy | reserve |"
	print " ns per packet: eager | lazy | reserve |"
	printf "|--:|---|"
	if (kind == "echo")
		printf "--:|--:|--:|"
	print "--:|--:|--:|--:|--:|--:|"
	exhaustion_rows(kind)
}

function held(cell, owner,    i, line) {
	for (i = 1; i <= 3; i++)
		line = line (i > 1 ? " / " : "") ex[cell, policies[i], owner]
	return line
}

function held_table(    i, o, n, owner) {
	n = split("stack token socket neighbor device", owner, " ")
	print "\n## Exhaustion: most pbufs in whose hands, eager / lazy / reserve\n"
	printf "| load | TCP | pool |"
	for (o = 1; o <= n; o++)
		printf " %s |", owner[o]
	print "\n|---|---|--:|--:|--:|--:|--:|--:|"
	for (i = 1; i <= cell_n; i++) {
		split(cell_order[i], part, ",")
		printf "| %s | %s | %s |", part[1], part[2], part[3]
		for (o = 1; o <= n; o++)
			printf " %s |", held(cell_order[i], owner[o])
		print ""
	}
}

function tcp_table(    i) {
	print "\n## Exhaustion: TCP meanwhile, under all policies and loads\n"
	print "| pool | rounds of transfers, all right | MiB |\n|--:|--:|--:|"
	for (i = 1; i <= tcp_n; i++)
		print tcp_line[i]
}

# A module without tokens knows no policies: measured three times, it is the
# same, and the mean of them is what the others are compared with.
function without(    i, sum) {
	for (i = 1; i <= 3; i++)
		sum += best["tokens", "no_tokens," policies[i]]
	return sum / 3
}

function tokens_ratio(policy) {
	return best["tokens", "ksmol," policy] / without()
}

function tokens_row(policy,    with, none) {
	with = "ksmol," policy
	none = "no_tokens," policy
	printf "| %s | %.2f | %.2f | %.3f | %.3f |\n", policy,
		best["tokens", none], best["tokens", with], tokens_ratio(policy),
		median("tokens", with) / median("tokens", none)
}

function tokens_table(    i) {
	print "\n## What a received packet pays for tokens, ns per packet\n"
	printf "In turns with a module without any, each loaded %d times.\n\n",
		turns
	print "| policy | no tokens | tokens | ratio | ratio of medians |"
	print "|---|--:|--:|--:|--:|"
	for (i = 1; i <= 3; i++)
		tokens_row(policies[i])
	printf "\n- target: lazy and reserve within 2 %% of no tokens: %s\n",
		verdict(tokens_ratio("lazy") <= 1.02 && \
			tokens_ratio("reserve") <= 1.02)
}

END {
	split("eager lazy reserve", policies, " ")
	if (seen["exhaustion"]) {
		exhaustion_table("receive", "receive only")
		exhaustion_table("echo", "answered by a program")
		exhaustion_table("ping", "answered by the stack")
		held_table()
		tcp_table()
	}
	if (seen["tokens"])
		tokens_table()
}
