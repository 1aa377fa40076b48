// Package dhcp is a small DHCP client: it asks a network for an address, and keeps it.
//
//	client                         server
//	  │── DISCOVER (broadcast) ───────▶│
//	  │◀───────────────────── OFFER ───│   several may answer: the first good one is taken
//	  │── REQUEST (broadcast) ────────▶│
//	  │◀─────────────── ACK or NAK ────│   ACK: Lease;  NAK: ErrRefused, begin again
//	  ┊  half the lease later          ┊
//	  │── REQUEST ciaddr (broadcast) ─▶│   Renew: "rebinding", so any server of the network may answer
//
// A message is 236 bytes of BOOTP, the cookie 63 82 53 63, and options code, length, value up to code 255:
//
//	 0 op  1 htype  2 hlen  3 hops  4 xid(4)  8 secs(2)  10 flags(2)  12 ciaddr(4)  16 yiaddr(4)  20 siaddr(4)
//	24 giaddr(4)  28 chaddr(16)  44 sname(64)  108 file(128)  236 cookie(4)  240 options
//
// Every question is asked at most [Tries] times, each waiting twice as long as the one before. An answer counts only
// with our transaction number, our hardware address and, once a server is chosen, that server's identity; anything
// else on the port is skipped, and cannot hold up the time-out.
//
// Not supported: servers that answer to the offered address in spite of the broadcast flag (an ordinary UDP socket
// cannot hear them), option overload, DHCPDECLINE after an ARP probe, DHCPv6.
//
// Sources: RFC 2131, RFC 2132, RFC 1542 §3.1.1 (broadcast flag).
package dhcp
