# Throughput of one TCP connection, from whom to whom.
set output "tcp_stream.svg"
set title "iperf3 over veth"
set ylabel "Gbit/s"
set style data histograms
set style histogram clustered gap 1
set xtics scale 0
pivot = "< awk -F'\\t' -v OFS='\\t' 'NR > 1 { v[$1, $2] = $3 } END { print \"offloads on\", v[\"on\", \"linux-linux\"], v[\"on\", \"ksmol-linux\"], v[\"on\", \"linux-ksmol\"]; print \"offloads off\", v[\"off\", \"linux-linux\"], v[\"off\", \"ksmol-linux\"], v[\"off\", \"linux-ksmol\"] }' tcp_stream.tsv"
plot pivot using 2:xtic(1) title "Linux to Linux" linecolor rgb warm, \
     pivot using 3 title "ksmol to Linux" linecolor rgb dark, \
     pivot using 4 title "Linux to ksmol" linecolor rgb light
