# Injecting and reading a UDP datagram, read in batches of 64; one plot for each
# kernel that was measured in.
set style data histograms
set style histogram rowstacked title offset 0,-0.5
set xtics scale 0
set bmargin 4
kernels = system("awk 'NR > 1 && !seen[$1]++ { print $1 }' udp.tsv")
do for [kernel in kernels] {
	set output "udp-".kernel.".svg"
	set title "UDP receive: what one datagram costs (".kernel." kernel)"
	pick(size) = sprintf("< awk -F'\\t' -v OFS='\\t' '$1 == \"%s\" && $3 == %d && $4 == 64 { print $2, $6, $8 + 0 }' udp.tsv", kernel, size)
	plot newhistogram "64-byte frames", \
	     pick(18) using 2:xtic(1) title "receive path" linecolor rgb dark, \
	     pick(18) using 3 title "recvmsg" linecolor rgb light, \
	     newhistogram "1472 bytes of payload", \
	     pick(1472) using 2:xtic(1) notitle linecolor rgb dark, \
	     pick(1472) using 3 notitle linecolor rgb light
}
