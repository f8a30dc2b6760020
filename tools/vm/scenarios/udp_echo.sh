#!/bin/bash
# A million datagrams of 0 to 1472 bytes, each compared byte for byte.
# needs: uml uml-debug qemu
# timeout: 100

. "$(dirname "$0")/../ksmol.sh"

count=$(scale 1000000)

# clean: the load said that nothing was lost or changed.
clean() {
	grep -q "^sent $1 received $1 lost 0 corrupt 0 " "$scratch/load"
}

# missed: echoes that never came; others came after they had been given up.
missed() {
	echo $(($(word retried <"$scratch/load") -
		$(word stray <"$scratch/load")))
}

# reasons: how many frames were dropped for one, in or out.
reasons() {
	awk '$1 == "dropped:" || /^tx_/ { n += $2 } END { print n }' \
		"$debug/drops"
}

start
echo_on 0.0.0.0
before=$(reasons)
load_to $us 7 "$count" 0 1472 >"$scratch/load"
cat "$scratch/load"
t "we echo $count datagrams" clean "$count"
t 'what was lost on the way has a reason' \
	test "$(missed)" -le $(($(reasons) - before))

bg_at p udp -t 600 echo 10.0.0.1 8 >/dev/null
sleep 0.3
before=$(reasons)
udp -p $proto load 10.0.0.1 8 $((count / 4)) 0 1472 >"$scratch/load"
t "the peer echoes $((count / 4)) of ours" clean $((count / 4))
t 'what was lost on the way back has a reason' \
	test "$(missed)" -le $(($(reasons) - before))

bg udp -p $proto -t 60 echo $us 9 >/dev/null
sleep 0.3
udp -p $proto load $us 9 $((count / 4)) 0 1472 >"$scratch/load"
t "we echo $((count / 4)) to ourselves" clean $((count / 4))
t 'everything is home' wait_for 5 idle
whole 'after the load'
