# A received packet with and without tokens: each time that a module was loaded.
set output "tokens.svg"
set title "Receive-only UDP: what tokens cost"
set style data linespoints
set xlabel "turn"
pick(build, policy) = sprintf("< awk -F'\\t' -v OFS='\\t' '$1 == \"%s\" && $3 == \"%s\" { print $2, $6 }' tokens.tsv", build, policy)
plot pick("no_tokens", "reserve") title "no tokens" linecolor rgb "#aaaaaa" linewidth 2 pointtype 7, \
     pick("ksmol", "eager") title "eager" linecolor rgb warm linewidth 2 pointtype 7, \
     pick("ksmol", "lazy") title "lazy" linecolor rgb light linewidth 2 pointtype 7, \
     pick("ksmol", "reserve") title "reserve" linecolor rgb dark linewidth 2 pointtype 7
