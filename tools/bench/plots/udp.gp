# Injecting and reading a UDP datagram, read in batches of 64.
set output "udp.svg"
set title "UDP receive: what one datagram costs"
set style data histograms
set style histogram rowstacked title offset 0,-0.5
set xtics scale 0
set bmargin 4
pick(size) = sprintf("< awk -F'\\t' -v OFS='\\t' '$2 == %d && $3 == 64 { print $1, $4, $6 + 0 }' udp.tsv", size)
plot newhistogram "64-byte frames", \
     pick(18) using 2:xtic(1) title "receive path" linecolor rgb dark, \
     pick(18) using 3 title "recvmsg" linecolor rgb light, \
     newhistogram "1472 bytes of payload", \
     pick(1472) using 2:xtic(1) notitle linecolor rgb dark, \
     pick(1472) using 3 notitle linecolor rgb light
