// Package paynettest runs the contract of package paytest against a client, with the sandbox as its network: over the
// real wire format, with every signature checked on both sides.
//
//	paytest.Run ──▶ client ──HTTPS──▶ paynet ◀── phone of the network's wallet
//	     ├── Break, Mend ──▶ paynet.SetFault ──▲
//	     └── Refunds ──▶ paynet.SetRefunds ────▲
package paynettest
