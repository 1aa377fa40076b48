package board

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"time"

	"smartpos/cmd/internal/board/stick"
)

// Limits of requests.
const (
	maxJSON = 4 << 10
	maxKeys = 4 << 10
	maxScan = 64 << 10

	requestLimit = 30 * time.Second // for a request to be done, waiting included
	scanLimit    = 10 * time.Second // for a code to be held before the scanner
)

// Handler serves the board's front panel: the page, which is the files in page, and the API of the package
// documentation.
func (b *Board) Handler(page fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lcd.png", func(w http.ResponseWriter, _ *http.Request) { sendPNG(w, b.Display()) })
	mux.HandleFunc("GET /lcd.txt", func(w http.ResponseWriter, _ *http.Request) { sendText(w, b.DisplayText()+"\n") })
	mux.HandleFunc("GET /paper.png", func(w http.ResponseWriter, _ *http.Request) { sendPNG(w, b.Paper().Image()) })
	mux.HandleFunc("GET /paper.txt", func(w http.ResponseWriter, _ *http.Request) { sendText(w, b.Paper().Text()) })
	mux.HandleFunc("GET /paper.bin", func(w http.ResponseWriter, _ *http.Request) {
		send(w, "application/octet-stream", b.Paper().Raw())
	})
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) { sendJSON(w, http.StatusOK, b.State()) })
	mux.HandleFunc("GET /events", b.events)

	mux.Handle("POST /keys", b.action(maxKeys, b.postKeys))
	mux.Handle("POST /scan", b.action(maxScan, b.postScan))
	mux.Handle("POST /paper/tear", b.action(maxJSON, b.postTear))
	mux.Handle("POST /phone", b.action(maxJSON, b.postPhone))
	mux.Handle("POST /faults", b.action(maxJSON, b.postFaults))
	mux.Handle("POST /bill", b.action(maxJSON, b.postBill))
	mux.Handle("POST /stick", b.action(maxJSON, b.postStick))
	mux.HandleFunc("GET /stick", b.getStick)
	mux.HandleFunc("GET /stick/{name...}", b.getStickFile)
	mux.HandleFunc("PUT /stick/{name...}", b.putStickFile)
	mux.Handle("POST /power", b.action(maxJSON, b.postPower))
	mux.Handle("GET /", http.FileServerFS(page))
	return guard(mux)
}

// action runs a POST: its body is read within limits, and its answer is JSON, of the state of things after it.
func (b *Board) action(limit int64, do func(context.Context, []byte) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestLimit)
		defer cancel()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
		if err != nil {
			sendError(w, fmt.Errorf("%w: the body is over %d bytes or broke off", errBody, limit))
			return
		}
		answer, err := do(ctx, body)
		if err != nil {
			sendError(w, err)
			return
		}
		sendJSON(w, http.StatusOK, answer)
	})
}

func (b *Board) postKeys(ctx context.Context, body []byte) (any, error) {
	strokes, err := ParseStrokes(string(body))
	if err != nil {
		return nil, err
	}
	if err := b.Press(ctx, strokes); err != nil {
		return nil, err
	}
	return map[string]int{"pressed": len(strokes)}, nil
}

func (b *Board) postScan(ctx context.Context, body []byte) (any, error) {
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: it is empty; send the text that the scan engine shall read", errBody)
	}
	if err := b.Scan(ctx, string(body), scanLimit); err != nil {
		return nil, err
	}
	return map[string]int{"read": len(body)}, nil
}

func (b *Board) postTear(context.Context, []byte) (any, error) {
	b.Tear()
	return struct{}{}, nil
}

func (b *Board) postPhone(ctx context.Context, body []byte) (any, error) {
	var req PhoneRequest
	if err := decode(body, &req); err != nil {
		return nil, err
	}
	return b.Phone(ctx, req)
}

func (b *Board) postFaults(_ context.Context, body []byte) (any, error) {
	var f Faults
	if err := decode(body, &f); err != nil {
		return nil, err
	}
	if err := b.Break(f); err != nil {
		return nil, err
	}
	return b.Faults(), nil
}

// powerRequest is the body of POST /power.
type powerRequest struct {
	Do string `json:"do"` // "cut" or "on"
	At string `json:"at"` // with cut: a point; without it: now
}

func (b *Board) postPower(ctx context.Context, body []byte) (any, error) {
	var req powerRequest
	if err := decode(body, &req); err != nil {
		return nil, err
	}
	var err error
	switch {
	case req.Do == "on" && req.At == "":
		err = b.PowerOn(ctx)
	case req.Do == "cut" && req.At == "":
		err = b.PowerCut()
	case req.Do == "cut":
		var p Point
		if p, err = ParsePoint(req.At); err == nil {
			err = b.CutAt(p)
		}
	default:
		err = fmt.Errorf(`%w: send {"do":"on"}, {"do":"cut"} or {"do":"cut","at":"printer-byte 120"}`, errBody)
	}
	if err != nil {
		return nil, err
	}
	return b.Power(), nil
}

// errBody is returned for a request that can't be understood.
var errBody = errors.New("the request's body can't be used")

// decode reads a JSON object strictly: a misspelt name would otherwise do nothing, unnoticed.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w; send a JSON object", errBody, err)
	}
	if d.More() {
		return fmt.Errorf("%w: there is more after the JSON object", errBody)
	}
	return nil
}

// sendError answers with the status that fits err and says what to do.
func sendError(w http.ResponseWriter, err error) {
	sendJSON(w, statusOf(err), map[string]string{"error": err.Error()})
}

func statusOf(err error) int {
	for _, bad := range []error{errBody, ErrKeys, ErrPoint, ErrFault, ErrPhoneRequest, stick.ErrKind, stick.ErrName} {
		if errors.Is(err, bad) {
			return http.StatusBadRequest
		}
	}
	if errors.Is(err, stick.ErrFile) {
		return http.StatusNotFound
	}
	for _, conflict := range []error{ErrNoPower, ErrPowered, ErrNotRead, ErrNotTaken, ErrPhone, ErrBill, ErrStick, ErrUnsupported} {
		if errors.Is(err, conflict) {
			return http.StatusConflict
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer can't be written as JSON"}`)
	}
	header(w, "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may have gone; nothing to tell it then
}

func sendText(w http.ResponseWriter, text string) { send(w, "text/plain; charset=utf-8", []byte(text)) }

func send(w http.ResponseWriter, kind string, body []byte) {
	header(w, kind)
	_, _ = w.Write(body)
}

func sendPNG(w http.ResponseWriter, img image.Image) {
	header(w, "image/png")
	// Fast rather than small: the page asks for a picture at every key.
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	_ = e.Encode(w, img)
}

// header says what an answer is, and that the next one may differ.
func header(w http.ResponseWriter, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
}

func init() {
	// The page's files get the right types also where the machine has no table of them.
	_ = mime.AddExtensionType(".js", "text/javascript; charset=utf-8")
	_ = mime.AddExtensionType(".css", "text/css; charset=utf-8")
}
