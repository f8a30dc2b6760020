# Does the number of open connections matter?
set output "tcp_idle.svg"
set title "One byte there and back, by number of other connections"
set logscale x
set xlabel "connections"
set xrange [0.8:13000]
set ylabel "us"
plot "tcp_idle.tsv" using 1:2 with linespoints linecolor rgb warm linewidth 2 pointtype 7 title "Linux", \
     "tcp_idle.tsv" using 1:3 with linespoints linecolor rgb dark linewidth 2 pointtype 7 title "ksmol"
