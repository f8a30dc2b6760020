# What one datagram costs a program, less what generating it takes.
set output "ring_receive.svg"
set title "Receiving a datagram, one processor"
set ylabel "ns per packet"
set style data histograms
set style histogram clustered gap 1
set xtics scale 0
pick(size) = sprintf("< awk -F'\\t' -v OFS='\\t' -v ways='recvmmsg tpacket af_xdp af_xdp-skb ksmol-recvmmsg ring' -v size=%d '$2 == size && (!($1 in m) || $5 < m[$1]) { m[$1] = $5 } END { n = split(ways, w, \" \"); for (i = 1; i <= n; i++) print w[i], m[w[i]] - m[\"floor\"] }' ring_receive.tsv", size)
plot pick(18) using 2:xtic(1) title "18 bytes" linecolor rgb light, \
     pick(1472) using 2 title "1472 bytes" linecolor rgb dark
