# One allocation and one free, the last one freed being taken next.
set output "alloc.svg"
set title "Allocation and free in bottom-half context"
set ylabel "ns per pair"
set xtics scale 0
unset key
pick = "< awk -F'\\t' -v OFS='\\t' '$2 == 1 { print $1, $4 }' alloc.tsv"
plot pick using 0:2:xtic(1) with boxes linecolor rgb dark, \
     pick using 0:2:(sprintf("%.1f", $2)) with labels offset 0,0.7
