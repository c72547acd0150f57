package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Both ends of a WebSocket (RFC 6455), as much of it as a server needs that says a word ten times a second, and a client that listens.

const (
	text     = 0x81
	goodbye  = 0x88
	socketID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	// every is the time between two words; silence is how long a client waits for one.
	every   = 100 * time.Millisecond
	silence = 2 * time.Second
	// opening is how long a client waits for its WebSocket, as long as the others wait for an answer.
	opening = 5 * time.Second
)

// goingAway is the status of a server that ends in an orderly way.
var goingAway = []byte{0x03, 0xe9}

func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + socketID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// socketServer keeps its clients until it is closed, and says goodbye to them then.
type socketServer struct {
	once    sync.Once
	leaving chan struct{}
	clients sync.WaitGroup
}

func (s *socketServer) init() { s.once.Do(func() { s.leaving = make(chan struct{}) }) }

func (s *socketServer) close() {
	s.init()
	close(s.leaving)
	s.clients.Wait()
}

func (s *socketServer) serve(w http.ResponseWriter, r *http.Request, word string) {
	s.init()
	connection, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		log.Print(err)
		return
	}
	log.Printf("WebSocket %s from %s", r.URL.Path, r.RemoteAddr)
	s.clients.Add(1)
	defer s.clients.Done()
	defer connection.Close()
	fmt.Fprintf(buffered, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		acceptKey(r.Header.Get("Sec-WebSocket-Key")))
	gone := make(chan struct{})
	go func() {
		// Whatever the client sends is ignored; that it has gone is not.
		_, _ = io.Copy(io.Discard, buffered)
		close(gone)
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if _, err := buffered.Write(append([]byte{text, byte(len(word))}, word...)); err != nil || buffered.Flush() != nil {
			return
		}
		select {
		case <-gone:
			return
		case <-s.leaving:
			_, _ = buffered.Write(append([]byte{goodbye, byte(len(goingAway))}, goingAway...))
			_ = buffered.Flush()
			return
		case <-tick.C:
		}
	}
}

// keepListening holds a WebSocket; when the server has said goodbye it opens another, as every grown-up client does.
func keepListening(to target, answers chan<- answer, stop <-chan struct{}) {
	for {
		answers <- listen(to, stop)
		select {
		case <-stop:
			return
		case <-time.After(every):
		}
	}
}

// listen opens a WebSocket and tells how it went when it has ended. Only a goodbye, or our own, is an end without an error.
func listen(to target, stop <-chan struct{}) answer {
	started := time.Now()
	a := answer{Kind: "socket"}
	err := a.listen(to, stop)
	now := time.Now()
	a.At, a.Millis = now.UnixMilli(), now.Sub(started).Milliseconds()
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

func (a *answer) listen(to target, stop <-chan struct{}) error {
	address, err := url.Parse(to.url)
	if err != nil {
		return err
	}
	port := address.Port()
	if port == "" {
		port = "80"
	}
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(address.Hostname(), port), opening)
	if err != nil {
		return err
	}
	defer connection.Close()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-stop:
			connection.Close()
		case <-ended:
		}
	}()
	request, err := to.request()
	if err != nil {
		return err
	}
	key := base64.StdEncoding.EncodeToString([]byte("crossfade socket"))
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
	} {
		request.Header.Set(name, value)
	}
	_ = connection.SetDeadline(time.Now().Add(opening))
	if err := request.Write(connection); err != nil {
		return a.unlessOurs(stop, err)
	}
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return a.unlessOurs(stop, err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols || response.Header.Get("Sec-WebSocket-Accept") != acceptKey(key) {
		return fmt.Errorf("no WebSocket: status %d", response.StatusCode)
	}
	for {
		_ = connection.SetDeadline(time.Now().Add(silence))
		kind, payload, err := readFrame(reader)
		if err != nil {
			return a.unlessOurs(stop, err)
		}
		if kind == goodbye && len(payload) >= 2 && binary.BigEndian.Uint16(payload) == 1001 {
			return nil
		}
		if kind != text {
			return fmt.Errorf("a frame of kind %#x", kind)
		}
		a.Version, a.Pod, _ = strings.Cut(string(payload), " ")
		a.Words++
	}
}

func (a *answer) unlessOurs(stop <-chan struct{}, err error) error {
	select {
	case <-stop:
		a.Ours = true
		return nil
	default:
		return err
	}
}

// readFrame reads a short frame from a server, which does not mask.
func readFrame(from io.Reader) (byte, []byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return 0, nil, err
	}
	if head[1] > 125 {
		return 0, nil, errors.New("a masked or a long frame")
	}
	payload := make([]byte, head[1])
	_, err := io.ReadFull(from, payload)
	return head[0], payload, err
}
