# The policies of transmit tokens under each load.
set output "policy.svg"
set title "Transmit token policies: cost of a packet"
set style data histograms
set style histogram clustered gap 1
set xtics scale 0
pivot = "< awk -F'\\t' -v OFS='\\t' 'NR > 1 { name = $2 == \"linux\" ? \"linux\" : $3; if (!($1 in s)) { s[$1]; o[++n] = $1 } v[$1, name] = $7 } END { for (i = 1; i <= n; i++) print o[i], v[o[i], \"eager\"], v[o[i], \"lazy\"], v[o[i], \"reserve\"], (o[i], \"linux\") in v ? v[o[i], \"linux\"] : \"?\" }' policy.tsv"
plot pivot using 2:xtic(1) title "eager" linecolor rgb warm, \
     pivot using 3 title "lazy" linecolor rgb light, \
     pivot using 4 title "reserve" linecolor rgb dark, \
     pivot using 5 title "(Linux)" linecolor rgb "#aaaaaa"
