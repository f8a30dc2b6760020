# What is lost, by size of the pool: one plot for each load, TCP beside it.
set style data linespoints
set logscale x 2
set xlabel "pbufs in the pool"
set ylabel "lost, %"
set yrange [0:105]
set xrange [12:5500]
set xtics (16, 64, 256, 1024, 4096)
pick(load, tcp, policy) = sprintf("< awk -F'\\t' -v OFS='\\t' '$1 == \"%s\" && $2 == \"%s\" && $4 == \"%s\" { print $3, 100 * ($5 - (\"%s\" == \"receive\" ? $6 : $7)) / $5 }' exhaustion.tsv", load, tcp, policy, load)
title(load) = load eq "receive" ? "Received datagrams that found no room" : load eq "echo" ? "Requests that a program did not answer" : "Pings that the stack did not answer"
do for [load in "receive echo ping"] {
	set output "exhaustion-".load.".svg"
	set title title(load)
	plot pick(load, "no", "eager") title "eager" linecolor rgb warm linewidth 2 pointtype 7, \
	     pick(load, "no", "lazy") title "lazy" linecolor rgb light linewidth 2 pointtype 7, \
	     pick(load, "no", "reserve") title "reserve" linecolor rgb dark linewidth 2 pointtype 7, \
	     pick(load, "yes", "eager") title "eager, TCP" linecolor rgb warm linewidth 2 dashtype 2 pointtype 6, \
	     pick(load, "yes", "lazy") title "lazy, TCP" linecolor rgb light linewidth 2 dashtype 2 pointtype 6, \
	     pick(load, "yes", "reserve") title "reserve, TCP" linecolor rgb dark linewidth 2 dashtype 2 pointtype 6
}
