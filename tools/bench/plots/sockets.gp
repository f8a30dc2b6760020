# Does the number of open sockets matter?
set output "sockets.svg"
set title "Cost of a packet by number of bound sockets"
set logscale x
set xlabel "sockets"
set xrange [0.8:13000]
pick(stack, target) = sprintf("< awk -F'\\t' '$1 == \"%s\" && $2 == \"bound\" && $3 == \"%s\" { print $4 \"\\t\" $10 }' sockets.tsv", stack, target)
plot pick("linux", "random") with linespoints linecolor rgb pale linewidth 2 pointtype 7 title "Linux, to sockets at random", \
     pick("linux", "same") with linespoints linecolor rgb warm linewidth 2 pointtype 7 title "Linux, to one of them", \
     pick("ksmol", "random") with linespoints linecolor rgb light linewidth 2 pointtype 7 title "ksmol, to sockets at random", \
     pick("ksmol", "same") with linespoints linecolor rgb dark linewidth 2 pointtype 7 title "ksmol, to one of them"
