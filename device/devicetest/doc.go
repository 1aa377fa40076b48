// Package devicetest is a serial line in memory, for tests of what stands on one: a driver holds the [Line], the
// test or an emulated device holds the far [End].
//
//	driver → Line.Write → send queue ──(unless held)──→ End.Read → emulated device
//	driver ← Line.Read  ←───────────────────────────── End.Write ←
//
// It behaves as *device.Serial does over a real line, which one conformance table holds both to: deadlines,
// bounded queues, flow control that holds the sender, a line that vanishes and comes back, Close from anywhere.
// It has no rate: bytes arrive at once, and an emulated device paces itself. All its waits are channels and
// timers, so that it works inside testing/synctest, and firmware never imports it.
package devicetest
