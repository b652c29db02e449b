package nucleusseccomp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestApplyAllThreads confines a process from one goroutine while others run: on threads of their own,
// moving between threads, and asleep in system calls.
func TestApplyAllThreads(t *testing.T) {
	if !inChild(t) {
		return
	}
	f := withoutUname(t, Errno(syscall.ENOTTY))
	var (
		started, ended sync.WaitGroup
		isConfined     atomic.Bool
		refused        atomic.Int32
	)
	call := func() {
		wasConfined := isConfined.Load()
		switch err := uname(); {
		case err == syscall.ENOTTY:
			refused.Add(1)
		case wasConfined || err != nil:
			t.Errorf("uname = %v in a confined process", err)
		}
	}
	asleep, wake, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	const running = 32
	for i := range running {
		started.Add(1)
		ended.Go(func() {
			switch i % 4 {
			case 0:
				runtime.LockOSThread()
			case 1:
				// A thread that is inside a system call when the filter is loaded.
				started.Done()
				syscall.Read(int(asleep.Fd()), make([]byte, 1))
				call()
				return
			}
			call()
			started.Done()
			for !isConfined.Load() {
				call()
				runtime.Gosched()
			}
			call()
		})
	}
	started.Wait()
	applied := make(chan error)
	go func() { applied <- f.Apply(AllThreads) }()
	if err := <-applied; err != nil {
		t.Error(err)
	}
	isConfined.Store(true)
	wake.Write(make([]byte, running))
	ended.Wait()
	if refused.Load() < running {
		t.Errorf("%d goroutines of %d were refused uname", refused.Load(), running)
	}
	for path, lines := range threads(t) {
		if !strings.Contains(lines, "\nSeccomp:\t2\n") || !strings.Contains(lines, "\nNoNewPrivs:\t1\n") {
			t.Errorf("%s is not confined:\n%s", path, lines)
		}
	}
	if !f.IsApplied() || withoutUname(t, Allow).IsApplied() {
		t.Error("IsApplied() is wrong")
	}
}

func uname() error {
	var name syscall.Utsname
	return syscall.Uname(&name)
}

// threads returns what the kernel says of each thread of this process.
func threads(t *testing.T) map[string]string {
	t.Helper()
	found, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(found) < 2 {
		t.Fatal(found, err)
	}
	threads := make(map[string]string)
	for _, path := range found {
		if lines, err := os.ReadFile(path); err == nil {
			threads[path] = string(lines)
		}
	}
	return threads
}

// TestApplyThisThread shows that a goroutine confines itself alone, for its life: not those before it on the
// thread, nor those after.
func TestApplyThisThread(t *testing.T) {
	if !inChild(t) {
		return
	}
	f := withoutUname(t, Errno(syscall.ENOTTY))
	confined := make(chan int)
	go func() {
		if err := f.Apply(ThisThread); err != nil {
			t.Error(err)
		}
		for range 1000 {
			runtime.Gosched()
			if err := uname(); err != syscall.ENOTTY {
				t.Errorf("uname = %v in the confined goroutine", err)
				break
			}
		}
		inner := make(chan error)
		go func() { inner <- uname() }()
		if err := <-inner; err != nil {
			t.Errorf("uname = %v in a goroutine that the confined one started", err)
		}
		confined <- syscall.Gettid()
	}()
	thread := <-confined
	var others sync.WaitGroup
	for range 100 {
		others.Go(func() {
			if err := uname(); err != nil {
				t.Errorf("uname = %v after the confined goroutine", err)
			}
			if syscall.Gettid() == thread {
				t.Error("the confined thread was used again")
			}
		})
	}
	others.Wait()
}

// TestThreadThatCannotFollow has a thread with a filter of its own, which is named; and nothing is confined.
func TestThreadThatCannotFollow(t *testing.T) {
	if !inChild(t) {
		return
	}
	stay, confined := make(chan bool), make(chan int)
	own := withoutUname(t, Errno(syscall.ENOTTY))
	go func() {
		if err := own.Apply(ThisThread); err != nil {
			t.Error(err)
		}
		confined <- syscall.Gettid()
		<-stay
	}()
	thread := <-confined

	done := make(chan bool)
	go func() { // it keeps its thread, which has no_new_privs now
		defer close(done)
		f := withoutUname(t, Errno(syscall.EPERM))
		err := f.Apply(AllThreads)
		var found *Error
		if !errors.As(err, &found) || found.Thread != thread || !errors.Is(err, ErrKernel) {
			t.Errorf("Apply() = %#v, want thread %d", err, thread)
		} else if !strings.Contains(err.Error(), fmt.Sprint(thread)) {
			t.Errorf("%v: the thread is not named", err)
		}
		if err := uname(); err != nil || f.IsApplied() {
			t.Errorf("uname = %v, IsApplied() = %v after an error", err, f.IsApplied())
		}
	}()
	<-done
	close(stay)
}

func TestApplyWith(t *testing.T) {
	if !inChild(t) {
		return
	}
	f := withoutUname(t, Errno(syscall.ENOTTY))
	options := ApplyOptions{Flags: ApplyLog, Preferred: ApplySpecAllow, NoNewPrivs: NoNewPrivsOn}
	applied, err := f.ApplyWith(options)
	if err != nil || applied.Flags|applied.Missing != ApplyLog|ApplySpecAllow || !applied.NoNewPrivs {
		t.Errorf("ApplyWith(%+v) = %+v, %v", options, applied, err)
	}
	if err := uname(); err != syscall.ENOTTY {
		t.Errorf("uname = %v", err)
	}
	if _, err := f.ApplyWith(ApplyOptions{Flags: 1 << 31}); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("an unknown flag: %v", err)
	}
	// It is applied, and a second time, since no thing is done by another's doing.
	if err := f.Apply(AllThreads); err != nil {
		t.Error(err)
	}
}

// TestRefusedByTheKernel has a filter in the way of another one.
func TestRefusedByTheKernel(t *testing.T) {
	if !inChild(t) {
		return
	}
	first := compiled(t, Allow, func(f *Filter) { f.AddRule(Errno(syscall.ENOSYS), "seccomp") })
	if err := first.Apply(AllThreads); err != nil {
		t.Fatal(err)
	}
	second := withoutUname(t, Errno(syscall.EPERM))
	for _, scope := range []Scope{AllThreads, ThisThread} {
		if err := second.Apply(scope); !errors.Is(err, ErrKernel) || !errors.Is(err, syscall.ENOSYS) {
			t.Errorf("Apply(%v) = %v, want %v", scope, err, syscall.ENOSYS)
		}
	}
	if err := uname(); err != nil {
		t.Errorf("uname = %v after an error", err)
	}
	err := Command(second, "true").Run()
	if !errors.Is(err, ErrKernel) || !errors.Is(err, syscall.ENOSYS) {
		t.Errorf("Command().Run() = %v, want %v", err, syscall.ENOSYS)
	}
}

// TestHTTP has a server under the built-in policy, with a client in its process and one outside.
func TestHTTP(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		serve(t)
		return
	}
	child := childOf(t)
	finish, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	if _, err := fmt.Fscanf(said, "=== RUN   TestHTTP\n%s\n", &address); err != nil {
		t.Error(err)
	}
	expectPages(t, "http://"+address)
	finish.Close()
	rest, _ := io.ReadAll(said)
	if err := child.Wait(); err != nil {
		t.Errorf("the server: %v\n%s", err, rest)
	}
}

func serve(t *testing.T) {
	// What is fatal to others fails here, for the page that tries it.
	f := compiled(t, Errno(syscall.EXDEV), func(f *Filter) { f.UseDefault(Network) })
	if err := f.Apply(AllThreads); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/page/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "page ", r.PathValue("name"))
	})
	mux.HandleFunc("/escape", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, errors.Is(syscall.Unshare(syscall.CLONE_NEWUSER), syscall.EXDEV))
	})
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	expectPages(t, "http://"+listener.Addr().String())
	fmt.Println(listener.Addr())
	io.Copy(io.Discard, os.Stdin)
	server.Close()
}

func expectPages(t *testing.T, server string) {
	t.Helper()
	var clients sync.WaitGroup
	for i := range 20 {
		clients.Go(func() {
			expectPage(t, fmt.Sprintf("%s/page/%d", server, i), fmt.Sprint("page ", i))
		})
	}
	clients.Wait()
	expectPage(t, server+"/escape", "true")
}

func expectPage(t *testing.T, address, expected string) {
	t.Helper()
	reply, err := http.Get(address)
	if err != nil {
		t.Error(err)
		return
	}
	defer reply.Body.Close()
	if body, err := io.ReadAll(reply.Body); string(body) != expected || err != nil {
		t.Errorf("%s: %q, %v, want %q", address, body, err, expected)
	}
}
