// Package board is the emulated board: a terminal with its firmware, what is plugged into it, and the world
// around it. Tests and people drive it by what a cashier, a customer and bad luck could do, and see of it what
// they could see.
//
//	            ┌────────────────── Backend ──────────────────┐
//	keys ──────▶│ console                                     │
//	power ─────▶│ process or machine    firmware              │
//	picture ◀───│ framebuffer                                 │
//	            └──┬──────────────┬───────────────┬───────────┘
//	         printer line    scanner line     network
//	               │              │               │
//	paper ◀── printertest    scannertest       paynet ◀── phones: camera reads the picture
//	                          ▲ codes             │
//	                                            ledger: what customers were really charged
//
// The board sees only pixels, bytes and pictures. It never asks the firmware what it thinks.
//
// # The host backend
//
// The native firmware runs as a process in the board's folder, with the profile that lies there:
//
//	profile.toml          written at the first start, kept afterwards; its [networks] and [secrets] are set anew each time
//	secret/               the board's device secret, made at the first start: data/ in another board opens nothing
//	keys.sealed           the merchant's keys, sealed under it anew each time
//	printer scanner console   links to ptys; a device that is unplugged has no link
//	fb0 fb0.flush         the display's memory, and the socket on which the firmware says that it has drawn
//	data/                 the journal and the event log
//	recovery.key          the secret half of the shop's recovery key: opens backups
//	stick stick.files/    the USB stick: a link to its files while it is in
//	paynet/               the sandbox: keys, phones, orders, ledger
//	pos.log               the firmware's standard error
//
// A power cut is SIGKILL to the firmware's process group. That proves that a crash at any instant is survived; it
// does not prove durability, because the host keeps its page cache. Printer and scan engine are built into the
// terminal and lose their power with it: the printer's buffer is gone, the paper stays.
//
// # The backends armv7 and arm64
//
// The firmware boots as process 1 of an ARM machine in QEMU (package qemu), from an image that [BuildImage] makes:
//
//	keypad    4×4 matrix on the eight lines of the PL061: keys are voltages   printer   16550, an RS-232 port
//	display   virtio-gpu, read by screenshots, which a person could take too   scanner   USB serial adapter
//	network   only the sandbox, as 10.0.2.100:443                              data      virtio disk or SD card
//	settings  a read-only disk: the profile, the board's secret, the sealed keys, and the files of the sandbox that the profile names
//
// In the board's folder lie profile.toml, secret/, keys.sealed and paynet/ as above, and beside them:
//
//	settings.ext4   made anew from them whenever the board is opened
//	data.ext4       the data partition; kept
//	stick.img       the USB stick, of usb-storage; kept
//	image/          what the machine boots, where `posboard run` builds it
//
// A power cut loses what the data disk had not flushed, sector by sector ([Options].Disk); package powercut makes a test
// of that.
//
// Boards that share an [Image] need not boot each time: [Image.Save] keeps the state of a machine that has all but its
// settings, and each board goes on from there, with its own disks put into their slots or beneath the devices that had
// blank ones. Such machines share what the kernel's random numbers began with; that is for tests.
//
// # The front panel's HTTP API
//
// [Board.Handler] serves it. Bodies and answers are JSON unless said otherwise; an error is {"error": "what, and
// what to do"} with status 400 (the request makes no sense), 409 (not possible now), 403 and 421 (another web
// site, see guard.go) or 504 (not done within 30 s).
//
//	GET  /            the page
//	GET  /lcd.png     the display; dark without power
//	GET  /lcd.txt     its text, read back from the pixels; a QR is ▦
//	GET  /paper.png   the paper since the last tear: picture, text, raw bytes
//	GET  /paper.txt
//	GET  /paper.bin
//	GET  /state       [State]: backend, dir, power, faults, paper, phones, ledger, versions
//	GET  /events      WebSocket, see below
//
//	POST /keys        text: 1 2 . 5 OK, SCAN:1500ms      → {"pressed":5}; returns when the firmware has read them
//	                  and, mostly, drawn: wait for what must be on the display
//	POST /scan        text: what the engine reads        → {"read":18}; waits up to 10 s for the engine to be
//	                  triggered, else 409
//	POST /paper/tear                                     → {}
//	POST /phone       [PhoneRequest]: {"wallet":"wechat","do":"scan-lcd"}   → [PhonePage]
//	                  do: scan-lcd, scan-paper, code, confirm, decline, idle, look. code answers {"code":"13…"},
//	                  to be sent to /scan. confirm also types the password that a code payment asks for. For
//	                  tests: "balance" and "coupon" in fen, "password" always, never or above-limit; alone or
//	                  with a do
//	POST /faults      [Faults]: {"printer":"paper-out"}  → the faults now; a part that is not named stays
//	                  printer: ok, paper-out, cover-open, near-end, unplugged
//	                  scanner: ok, silent, garbled, unplugged
//	                  network: ok, down, lost-reply, slow, and the other kinds of package paynet; in QEMU
//	                  unplugged, the cable
//	                  refunds: ok, quick, held, closed, abnormal, unfunded
//	POST /bill        {"do":"missing"}                   → the same: what today's bill says otherwise of the latest
//	                  payment (missing, stranger, amount, reversed, twice; ok: nothing)
//	GET  /stick                                          → [StickState]: the USB stick, its files
//	POST /stick       {"do":"plug"}, {"do":"pull"}       → [StickState]; {"do":"pull","at":3}: at that write to it (QEMU)
//	                  {"do":"new","kind":"fat"}: another one, empty; also full, protected, noise (QEMU)
//	                  {"do":"bill","network":"wechat","half":true}: today's bill is put onto it
//	PUT  /stick/NAME  a file of at most 16 MiB           → [StickState]; 409 while the stick is in
//	GET  /stick/NAME                                     → the file
//	POST /power       {"do":"on"}, {"do":"cut"}, {"do":"cut","at":POINT}    → [Power]
//	                  on returns when the firmware has drawn. POINT: "printer-byte 120", "request 2 before-reply",
//	                  "request 2 after-reply", "disk-write 7". Counting begins with this call; a point is armed
//	                  until it is reached, replaced or the power goes. A request counts when its reply is due;
//	                  before-reply is after the network has done what was asked. A disk write is a pwrite64, fsync,
//	                  fdatasync or rename below data/, see package disktrace
//
// The WebSocket sends one message for every kind that has changed, and at first one of each; a page that is slow
// misses only what was overtaken:
//
//	{"type":"display","version":12}                          fetch /lcd.png?v=12
//	{"type":"paper","version":3,"data":PaperState}           fetch /paper.png?v=3
//	{"type":"phone","version":7,"data":{"wechat":PhonePage,"alipay":…,"unionpay":…}}
//	{"type":"ledger","version":7,"data":paynet.Ledger}
//	{"type":"faults","version":1,"data":Faults}
//	{"type":"power","version":2,"data":Power}
//	{"type":"stick","version":1,"data":StickState}
//
// Power's state is on, off or exited: the firmware ended by itself, and reason and log say why. It is started
// again with {"do":"on"}.
package board
