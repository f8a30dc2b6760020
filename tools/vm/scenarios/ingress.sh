#!/bin/bash
# What a frame can have wrong: each is counted under its own reason, and not
# answered.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

start
serve_on 0.0.0.0 7
echo_on 0.0.0.0
# Our replies are to be heard by somebody, or they would be refused.
bg_at p udp sink 10.0.0.1 1000
t 'the peer pings us' pings -c 2 -i 0.1 $us

frames_table <<'END'
nothing wrong: udp => delivered udp:5
no UDP checksum: udp csum=0 => delivered udp:5
empty datagram: udp data= => delivered udp:0
padding after the packet: udp data=abc pad=15 => delivered udp:3
padding after an echo request: echo data=abc pad=15 => handled pong:3
options that do nothing: udp options=0x01010101 => delivered udp:5
options with router alert: echo options=0x94040000 => handled pong:0
record route: echo options=0x07070400000000 => handled pong:0
TTL 1: udp ttl=1 => delivered udp:5
empty frame: raw => ip_short -
header cut: udp cut=19 => ip_short -
packet cut: udp cut=30 => ip_short -
version 5: udp version=5 => ip_version -
header length 16: udp hlen=16 => ip_hdrlen -
header longer than the packet: ip hlen=60 total=24 proto=17 data=1234 => ip_short -
total length below the header: udp total=19 => ip_totlen -
header checksum: udp ipcsum=1 => ip_csum -
option longer than the header: udp options=0x07ff0400 => ip_options -
option of length 0: udp options=0x07000000 => ip_options -
option without length: udp options=0x01010107 => ip_options -
loose source route: udp options=0x8307040a000003 => ip_srcroute -
strict source route: udp options=0x8907040a000003 => ip_srcroute -
source 127.0.0.1: udp src=127.0.0.1 => ip_saddr -
source 0.0.0.0: echo src=0.0.0.0 => ip_saddr -
source class E: udp src=240.0.0.1 => ip_saddr -
source multicast: udp src=224.0.0.5 => ip_saddr -
source 255.255.255.255: udp src=255.255.255.255 => ip_saddr -
source our subnet's broadcast: echo src=10.0.0.255 => ip_saddr -
source our own address: udp src=10.0.0.2 => ip_saddr -
destination 127.0.0.1: udp dst=127.0.0.1 => ip_daddr -
destination class E: udp dst=250.0.0.1 => ip_daddr -
destination 0.0.0.0: udp dst=0.0.0.0 => ip_daddr -
destination another host: udp dst=10.0.0.77 => ip_not_us -
destination multicast: udp dst=224.0.0.251 eth=01:00:5e:00:00:fb => ip_no_group -
unicast packet in a broadcast frame: udp eth=ff:ff:ff:ff:ff:ff => ip_l2_bcast -
frame for another station: udp eth=02:00:00:00:02:99 => otherhost -
first fragment of odd length: udp frag=0x2000 => frag_len -
last fragment beyond 65535: udp frag=0x1fff => frag_len -
first fragment without ports: ip proto=6 frag=0x2000 data=12345678 => frag_tiny -
protocol that nobody has: ip proto=99 data=12345678 => ip_proto icmp:3/2
TCP header cut: ip proto=6 data=12345678 => tcp_short -
TCP data offset below its header: tcp doff=4 => tcp_hdrlen -
TCP data offset beyond the segment: tcp doff=6 => tcp_short -
TCP checksum: tcp csum=1 => tcp_csum -
TCP to broadcast: tcp dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => tcp_no_socket -
TCP to broadcast, port closed: tcp dport=9 dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => tcp_no_socket -
SYN to a closed port: tcp dport=9 seq=77 => tcp_no_socket tcp:RA:0:78
SYN with data to a closed port: tcp dport=9 seq=77 data=abc => tcp_no_socket tcp:RA:0:81
ACK to a closed port: tcp dport=9 seq=77 ack=88 flags=A => tcp_no_socket tcp:R:88:0
RST to a closed port: tcp dport=9 flags=R => tcp_no_socket -
ACK to a listener: tcp seq=77 ack=88 flags=A => tcp_cookie tcp:R:88:0
SYN-ACK to a listener: tcp seq=77 ack=88 flags=SA => tcp_cookie tcp:R:88:0
RST to a listener: tcp flags=R => tcp_flags -
SYN-FIN to a listener: tcp flags=SF => tcp_flags -
no flags to a listener: tcp flags= => tcp_flags -
all flags to a listener: tcp flags=FSRPAU => tcp_flags -
UDP header cut: ip proto=17 data=1234567 => udp_short -
UDP length beyond the packet: udp len=100 => udp_len -
UDP length below its header: udp len=7 => udp_len -
UDP length below the packet's: udp len=10 data=abcde => delivered udp:2
UDP checksum: udp csum=1 => udp_csum -
ICMP cut: ip proto=1 data=0x080000 => icmp_short -
ICMP checksum: echo csum=1 => icmp_csum -
ICMP source quench: icmp type=4 quote=udp,src=10.0.0.2,dst=10.0.0.1 => icmp_type -
ICMP redirect: icmp type=5 quote=udp,src=10.0.0.2,dst=10.0.0.1 => icmp_type -
ICMP timestamp: icmp type=13 data=0x000000000000000000000000 => icmp_type -
echo request to our subnet's broadcast: echo dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => icmp_bcast -
echo request to 255.255.255.255: echo dst=255.255.255.255 eth=ff:ff:ff:ff:ff:ff => icmp_bcast -
datagram to our subnet's broadcast: udp dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => delivered udp:5
datagram to 255.255.255.255: udp dst=255.255.255.255 eth=ff:ff:ff:ff:ff:ff => delivered udp:5
IPv6: raw type=0x86dd data=60*x => ipv6 -
EtherType that nobody has: raw type=0x88cc data=60*x => l2_proto -
VLAN of somebody else: udp vlan=7 => vlan -
END
echo Y >"$params/echo_broadcast"
frames_table <<'END'
echo request to our subnet's broadcast, allowed: echo dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => handled pong:0
END
t 'the peer still pings us' pings -c 2 -i 0.1 $us
t 'everything is home' wait_for 5 idle
whole 'at the end'
