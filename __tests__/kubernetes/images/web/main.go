// web is the app that the tests release, and, as it is the only program in its image, their client too.
//
//	web                 serve on :8080, as VERSION, with BEHAVIOUR, and with the mood of metrics.go
//	web get URL [HOST]  print one answer
//	web load …          constant load, see load.go
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// goodFor is how long the images that fail later are Ready first.
const goodFor = 8 * time.Second

// crashed lies in the pod's shared memory, which outlives a container: the second start finds it.
const crashed = "/dev/shm/crashed"

func main() {
	log.SetOutput(os.Stdout)
	log.SetFlags(log.LstdFlags | log.Lmicroseconds)
	if len(os.Args) > 1 {
		if err := command(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	behaviour := os.Getenv("BEHAVIOUR")
	if behaviour == "crash" {
		log.Print("panic: no database")
		os.Exit(3)
	}
	serve(os.Getenv("VERSION"), readiness(behaviour))
}

func command(name string, args []string) error {
	switch {
	case name == "get" && (len(args) == 1 || len(args) == 2):
		to := target{url: args[0]}
		if len(args) == 2 {
			to.host = args[1]
		}
		answer, err := get(&http.Client{Timeout: 3 * time.Second}, to)
		if err == nil {
			fmt.Println(answer)
		}
		return err
	case name == "load":
		return load(args)
	}
	return fmt.Errorf("usage: web [get URL [HOST] | load …]")
}

// readiness returns what /ready answers; it is asked about once a second.
func readiness(behaviour string) func() bool {
	started := time.Now()
	var once sync.Once
	var firstReady time.Time
	_, err := os.Stat(crashed)
	alreadyCrashed := err == nil
	return func() bool {
		switch behaviour {
		case "never-ready":
			return false
		case "slow":
			return time.Since(started) >= 5*time.Second
		case "unready-later":
			once.Do(func() { firstReady = time.Now() })
			return time.Since(firstReady) < goodFor
		case "late-crash":
			once.Do(func() {
				if !alreadyCrashed {
					time.AfterFunc(goodFor, crash)
				}
			})
		}
		return true
	}
}

func crash() {
	if err := os.WriteFile(crashed, nil, 0o600); err != nil {
		log.Print(err)
	}
	log.Print("panic: lost the database")
	os.Exit(1)
}

func serve(version string, ready func() bool) {
	host, _ := os.Hostname()
	// A test makes one pod ill when it wants it (from then on it is not Ready, and goes on serving), or crash.
	var ill atomic.Bool
	var sockets socketServer
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
		if ill.Load() || !ready() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("/fall-ill", func(w http.ResponseWriter, _ *http.Request) {
		ill.Store(true)
		fmt.Fprintln(w, "ill")
	})
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { crash() })
	counted := newCounts()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(w, counted)
	})
	mux.HandleFunc("/", moody(moodOf(os.Getenv), counted, func(w http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) {
			sockets.serve(w, r, version+" "+host)
			return
		}
		log.Printf("%s %s from %s", r.Method, r.URL.Path, r.RemoteAddr)
		fmt.Fprintln(w, version, host)
	}))
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	drained := make(chan struct{})
	go func() {
		log.Printf("%s: draining", <-signals)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		sockets.close()
		if err := server.Shutdown(ctx); err != nil {
			log.Print(err)
		}
		close(drained)
	}()
	log.Printf("web %s serves on %s", version, server.Addr)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-drained
	log.Print("done")
}

// get returns the body of a 200 answer without the line end.
func get(client *http.Client, to target) (string, error) {
	request, err := to.request()
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	for len(body) > 0 && body[len(body)-1] == '\n' {
		body = body[:len(body)-1]
	}
	return string(body), nil
}
