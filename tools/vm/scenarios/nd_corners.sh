#!/bin/bash
# What a peer may say of routers, neighbors and better ways, frame by frame: what
# is true is believed, the rest is counted and changes nothing.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

hops() { at p ping -6 -c 1 -W 10 $us6 | grep -o 'ttl=[0-9]*'; }
few() { [ "$(grep -cE "$1" "$debug/ifaces/ks0/routers")" -le "$2" ]; }

t 'the peer is wired up' peer p || exit
at p ip addr add fe80::1/64 dev eth0 nodad
t 'the module loads' load arp_probe_ms=0 neigh_max=64 || exit
t 'ks0 is attached' attach "ks0,$us6/64,slaac" || exit
t 'the peer pings us' pings -6 -c 2 -i 0.1 $us6

routers=ifaces/ks0/routers
routes=ifaces/ks0/routes
addresses=ifaces/ks0/addresses
neighbors=ifaces/ks0/neighbors
slla=slla,020000000101
frames6_table <<END
from beyond a router: ra hop=254 hops=9 => nd_hops -
from a global address: ra src=fd00::1 hops=9 => nd_addr -
from nobody: ra src=:: hops=9 => nd_addr -
of another code: ra code=1 hops=9 => nd_format -
cut short: icmp type=134 hop=255 src=fe80::1 dst=ff02::1 eth=33:33:00:00:00:01 data=0x00000000 => nd_format -
an option of no length: ra hops=9 opts=raw,0500000000000578 => nd_format -
an option beyond the end: ra hops=9 opts=raw,0502000000000578 => nd_format -
in a fragment: ra hops=9 ext=44:00000000000007 => ipv6_ext -
its checksum is wrong: ra hops=9 csum=1 => icmp_csum -
nothing of that was believed: lacks $routers ^router => yes
nor of the link: shows $routers ^link mtu 0 hops 0 reachable_ms 0 retrans_ms 0 => yes
no router, but it speaks from anywhere in fe80..10: ra src=fea0::1 life=0 hops=33 => handled -
which was believed: shows $routers ^link .* hops 33 => yes
what it leaves open stays: ra life=0 reach=20000 retrans=2000 opts=mtu,1400 => handled -
the rest is new: shows $routers ^link mtu 1400 hops 33 reachable_ms 20000 retrans_ms 2000 => yes
MTU below what IPv6 needs, reachable for days: ra life=0 reach=3600001 opts=mtu,1279 => handled -
MTU beyond the link's: ra life=0 opts=mtu,1501 => handled -
nothing of that: shows $routers ^link mtu 1400 hops 33 reachable_ms 20000 retrans_ms 2000 => yes
no router is one that has no lifetime: lacks $routers ^router => yes
END
expect 'the hop limit is what we send with' "$(hops)" ttl=33

frames6_table <<END
a router: ra flags=0x08 opts=$slla => handled -
of high preference: shows $routers ^router fe80::1 high 1[78] => yes
is the default: shows $routes ^:: 0 fe80::1$ => yes
of a reserved one: ra flags=0x10 => handled -
which is medium: shows $routers ^router fe80::1 medium => yes
of low preference: ra flags=0x18 => handled -
is still the default: shows $routes ^:: 0 fe80::1$ => yes
it takes its leave: ra life=0 => handled -
and is none: lacks $routes ^:: 0 => yes
once more: ra => handled -
its advertisement says it is no router: na src=fe80::1 target=fe80::1 flags=0x20 opts=tlla,020000000101 => handled -
so it is none: lacks $routes ^:: 0 => yes
on the link, but not for addresses: ra opts=prefix,fd01::,64,L,600,300 => handled -
it has a route: shows $routes ^fd01:: 64 - => yes
for addresses, but not on the link: ra opts=prefix,fd02::,64,A,600,300 => handled -
an address forms: shows $addresses ^fd02:.* 128 valid => yes
no route does: lacks $routes ^fd02:: 64 => yes
no address forms in the first: lacks $addresses ^fd01: => yes
prefixes that make no sense: ra opts=prefix,fe80::,64,LA,600,300/prefix,ff02::,64,LA,600,300/prefix,::,0,LA,600,300/prefix,fd03::,63,A,600,300/prefix,fd04::,64,A,300,600/prefix,fd05::,129,LA,600,300 => handled -
none is believed: lacks $routers ^prefix (fe80|ff02|::|fd03|fd04|fd05) => yes
and no address forms: lacks $addresses ^fd0[345]: => yes
valid for ten seconds all of a sudden: ra opts=prefix,fd02::,64,A,10,10 => handled -
it stays as it was: shows $routers ^prefix fd02::/64 autonomous [45].. => yes
valid for three hours: ra opts=prefix,fd02::,64,A,10800,300 => handled -
is believed: shows $routers ^prefix fd02::/64 autonomous 10[78].. => yes
and no longer at all: ra opts=prefix,fd02::,64,A,0,0 => handled -
leaves two hours: shows $routers ^prefix fd02::/64 autonomous 7[12].. => yes
without being preferred: shows $addresses ^fd02:.* deprecated => yes
on the link no longer: ra opts=prefix,fd01::,64,L,0,0 => handled -
is so at once: lacks $routes ^fd01:: => yes
a route: ra opts=route,fd09::,48,high,60 => handled -
is one: shows $routes ^fd09:: 48 fe80::1 => yes
taken back: ra opts=route,fd09::,48,high,0 => handled -
is none: lacks $routes ^fd09:: => yes
routes that make no sense: ra opts=route,fd0a::,48,bad,60/route,fe80::,16,high,60/route,fd0b::,129,high,60 => handled -
are none: lacks $routes ^(fd0a|fd0b|fe80): => yes
resolvers: ra opts=rdnss,fd01::53,60/rdnss,ff02::53,60/rdnss,::,60 => handled -
one of them can be: shows $routers ^resolver fd01::53 => yes
the others can't: lacks $routers ^resolver (ff02|::) => yes
END

# flood SPEC...: of two hundred each, which the tables have no room for.
flood() { frames6_at p "$@" n=200 >/dev/null; }
flood ra src=fe80::%i opts=slla,02000000aa%x
flood ra 'opts=prefix,fd01:%i::,64,LA,600,300/route,fd0c:%i::,64,low,60/rdnss,fd01::%i,60'
t 'of two hundred routers few are remembered' few ^router 4
t 'as are prefixes' few '^prefix .* onlink' 8
t 'routes' few ^route: 8
t 'and resolvers' few ^resolver 4
t 'the peer is still known' pings -6 -c 2 -i 0.1 $us6

t 'ks0 is detached' detach ks0
t 'and attached anew' attach "ks0,$us6/64,slaac"
there=2001:db8::5
better="redirect target=fe80::9 opts=tlla,020000000109 dest=$there"
frames6_table <<END
a router: ra opts=$slla => handled -
is the default: shows $routes ^:: 0 fe80::1$ => yes
redirects are ignored: $better => nd_ignored -
END
echo Y >"$params/nd_redirects"
frames6_table <<END
of another router: $better src=fe80::2:2 => nd_addr -
of one with a global address: $better src=fd00::1 => nd_addr -
from beyond a router: $better hop=254 => nd_hops -
of another code: $better code=1 => nd_format -
for a group: redirect target=fe80::9 dest=ff0e::5 => nd_addr -
to what is no neighbor: redirect target=2001:db8::6 dest=$there => nd_addr -
cut short: icmp type=137 hop=255 src=fe80::1 data=0xfe800000 => nd_format -
nothing of that was believed: lacks $routes ^2001:db8:: => yes
a better way: $better => handled -
is a route: shows $routes ^2001:db8::5 128 fe80::9 => yes
and its neighbor is known: shows $neighbors ^fe80::9 02:00:00:00:01:09 => yes
it is on the link itself: redirect src=fe80::9 target=$there dest=$there => handled -
and so a neighbor: shows $routes ^2001:db8::5 128 -$ => yes
the router takes its leave: ra life=0 => handled -
and is none: lacks $routes ^:: 0 => yes
it has nothing to say any more: redirect target=fe80::9 dest=2001:db8::7 => nd_addr -
END

mac=02:00:00:00:01:01
t 'the peer pings us again' pings -6 -c 2 -i 0.1 $us6
frames6_table <<END
an answer: na flags=0x60 opts=tlla,020000000101 => handled -
is known: shows $neighbors ^fd00::1 $mac => yes
another, which is not to override: na flags=0x40 opts=tlla,020000000166 => handled -
is only doubt: shows $neighbors ^fd00::1 $mac => yes
of the same, from beyond a router: na hop=254 flags=0x20 opts=tlla,020000000166 => nd_hops -
with a group's address: na flags=0x20 opts=tlla,330000000166 => handled -
of a group: na flags=0x20 target=ff02::5 => nd_addr -
cut short: icmp type=136 hop=255 data=0xfd00 => nd_format -
of another code: na code=1 flags=0x20 opts=tlla,020000000166 => nd_format -
to all, though asked for: na dst=ff02::1 flags=0x60 opts=tlla,020000000166 => nd_addr -
nothing of that was believed: lacks $neighbors ^fd00::1 (02:00:00:00:01:66|33:) => yes
which is to override: na dst=ff02::1 flags=0x20 opts=tlla,020000000166 => handled -
is believed: shows $neighbors ^fd00::1 02:00:00:00:01:66 => yes
question of a group: ns src=ff02::9 opts=slla,020000000177 => ip_saddr -
question with a group's address: ns src=fd00::77 opts=slla,330000000177 => handled -
is answered, but nobody learned of: lacks $neighbors ^fd00::77 33: => yes
question of one who isn't of this link: ns src=2001:db8::77 opts=slla,020000000177 => handled -
is no neighbor: lacks $neighbors ^2001:db8::77 02:00:00:00:01:77 => yes
the peer asks us itself: ns opts=slla,020000000101 => handled -
and is where it was: shows $neighbors ^fd00::1 $mac => yes
END
t 'the peer pings us still' pings -6 -c 3 -i 0.1 $us6
whole 'after all that'
t 'ks0 is detached at last' detach ks0
t 'everything is home' wait_for 10 idle
