# Injecting and reading a UDP datagram, read in batches of 64; one plot for each
# kernel that was measured in.
set style data histograms
set style histogram rowstacked title offset 0,-1.5
set xtics scale 0 rotate by 30 right
set bmargin 6
kernels = system("awk 'NR > 1 && !seen[$1]++ { print $1 }' udp.tsv")
do for [kernel in kernels] {
	set output "udp-".kernel.".svg"
	set title "UDP receive: what one datagram costs (".kernel." kernel)"
	pick(ip, size) = sprintf("< awk -F'\\t' -v OFS='\\t' '$1 == \"%s\" && $2 == %d && $4 == %d && $5 == 64 { print $3, $7, $9 + 0 }' udp.tsv", kernel, ip, size)
	plot newhistogram "IPv4, 18 bytes", \
	     pick(4, 18) using 2:xtic(1) title "receive path" linecolor rgb dark, \
	     pick(4, 18) using 3 title "recvmsg" linecolor rgb light, \
	     newhistogram "IPv4, 1472 bytes", \
	     pick(4, 1472) using 2:xtic(1) notitle linecolor rgb dark, \
	     pick(4, 1472) using 3 notitle linecolor rgb light, \
	     newhistogram "IPv6, 18 bytes", \
	     pick(6, 18) using 2:xtic(1) notitle linecolor rgb dark, \
	     pick(6, 18) using 3 notitle linecolor rgb light, \
	     newhistogram "IPv6, 1452 bytes", \
	     pick(6, 1452) using 2:xtic(1) notitle linecolor rgb dark, \
	     pick(6, 1452) using 3 notitle linecolor rgb light
}
