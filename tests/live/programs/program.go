// What a Go service does: goroutines on many threads, timers, a child process, the file system, the
// user database, an HTTP server and client. With "network" as argument it speaks TCP on loopback;
// without, the same over a UNIX socket.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func threads() {
	var wg sync.WaitGroup
	sums := make(chan [32]byte, 64)
	for i := range 64 {
		wg.Go(func() {
			if i%8 == 0 {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
			}
			time.Sleep(time.Millisecond)
			sums <- sha256.Sum256(make([]byte, 1<<16))
		})
	}
	wg.Wait()
	runtime.GC()
}

func processes() {
	out, err := exec.Command("sh", "-c", "echo child").Output()
	must(err)
	if string(out) != "child\n" {
		log.Fatalf("the child said %q", out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if exec.CommandContext(ctx, "sleep", "60").Run() == nil {
		log.Fatal("sleep was not killed")
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-c
}

func files() {
	dir, err := os.MkdirTemp("", "go")
	must(err)
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "f")
	must(os.WriteFile(name, []byte("text"), 0o600))
	must(os.Chtimes(name, time.Now(), time.Now()))
	must(os.Rename(name, name+"2"))
	must(os.CopyFS(filepath.Join(dir, "copy"), os.DirFS(os.Getenv("PROGRAMS"))))
	root, err := os.OpenRoot(dir)
	must(err)
	f, err := root.Open("f2")
	must(err)
	f.Close()
	must(filepath.WalkDir(dir, func(string, os.DirEntry, error) error { return nil }))
	_, err = user.Current()
	must(err)
}

func serve(network, address string) {
	listener, err := net.Listen(network, address)
	must(err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "served "+r.URL.Path)
	})}
	go server.Serve(listener)
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, listener.Addr().String())
		}}}
	reply, err := client.Get("http://localhost/page")
	must(err)
	body, err := io.ReadAll(reply.Body)
	must(err)
	fmt.Println(string(body))
	must(server.Shutdown(context.Background()))
}

func main() {
	threads()
	processes()
	files()
	if len(os.Args) > 1 && os.Args[1] == "network" {
		addresses, err := net.LookupHost("localhost")
		must(err)
		_ = addresses
		serve("tcp", "127.0.0.1:0")
	} else {
		serve("unix", filepath.Join(os.Getenv("WORK"), "go.sock"))
	}
	fmt.Println("go ok")
}
