package nucleusseccomp

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestEvaluate has a row for each way to say something, with a call that shows it.
func TestEvaluate(t *testing.T) {
	const unix = syscall.AF_UNIX
	refused := Errno(syscall.EPERM)
	for _, row := range []struct {
		name    string
		say     func(*Filter) error
		call    Call
		action  Action
		without Action // what the call gets when nothing is said
	}{
		{"allow", func(f *Filter) error { return f.Allow("read") }, Call{Nr: syscall.SYS_READ}, Allow, refused},
		{"deny", func(f *Filter) error { return f.Deny("read") }, Call{Nr: syscall.SYS_READ}, refused, refused},
		{"errno", func(f *Filter) error { return f.AddRule(Errno(4095), "read") }, Call{Nr: syscall.SYS_READ}, Errno(4095), refused},
		{"trap", func(f *Filter) error { return f.AddRule(Trap(65535), "read") }, Call{Nr: syscall.SYS_READ}, Trap(65535), refused},
		{"trace", func(f *Filter) error { return f.AddRule(Trace(1), "read") }, Call{Nr: syscall.SYS_READ}, Trace(1), refused},
		{
			"condition that holds",
			func(f *Filter) error {
				return f.AddRule(Allow, "socket", Arg{Index: 0, Op: EQ, Width: 32, Value: unix})
			},
			Call{Nr: syscall.SYS_SOCKET, Args: [6]uint64{1<<32 | unix}}, Allow, refused,
		},
		{
			"condition that does not",
			func(f *Filter) error { return f.AddRule(Allow, "socket", Arg{Op: EQ, Value: unix}) },
			Call{Nr: syscall.SYS_SOCKET, Args: [6]uint64{1<<32 | unix}}, refused, refused,
		},
		{
			"range and mask",
			func(f *Filter) error {
				return f.AddRule(Allow, "mmap", Arg{Index: 1, Op: GE, Value: 1}, Arg{Index: 1, Op: LT, Value: 1 << 63},
					Arg{Index: 2, Op: MaskedEQ, Width: 32, Value: 2, Mask: 6})
			},
			Call{Nr: syscall.SYS_MMAP, Args: [6]uint64{0, 1<<63 - 1, 3}}, Allow, refused,
		},
		{"built-in policy", func(f *Filter) error { return f.UseDefault(Network) }, Call{Nr: syscall.SYS_SOCKET, Args: [6]uint64{syscall.AF_INET, syscall.SOCK_STREAM}}, Allow, refused},
		{"without network", func(f *Filter) error { return f.UseDefault(0) }, Call{Nr: syscall.SYS_SOCKET, Args: [6]uint64{syscall.AF_INET, syscall.SOCK_STREAM}}, Errno(syscall.EAFNOSUPPORT), refused},
		{"level", func(f *Filter) error { return f.UseLevel(LevelMinimal) }, Call{Nr: syscall.SYS_CLONE, Args: [6]uint64{syscall.CLONE_NEWUSER}}, Allow, refused},
		{
			"hardened level",
			func(f *Filter) error { return errors.Join(f.UseLevel(LevelMinimal), f.Harden(0)) },
			Call{Nr: syscall.SYS_CLONE, Args: [6]uint64{syscall.CLONE_NEWUSER}}, refused, refused,
		},
		{
			"attribute",
			func(f *Filter) error {
				return errors.Join(f.Deny("read"), f.SetAttr(AttrDeny, uint32(KillProcess)))
			},
			Call{Nr: syscall.SYS_READ}, KillProcess, refused,
		},
		{"another architecture", func(*Filter) error { return nil }, Call{Arch: 0x15}, KillProcess, KillProcess},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := New(refused)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for _, expected := range []Action{row.without, row.action} {
				if action, err := f.Evaluate(row.call); action != expected || err != nil {
					t.Errorf("Evaluate() = %v, %v, want %v", action, err, expected)
				}
				if err := row.say(f); err != nil && expected == row.without {
					t.Fatal(err)
				}
			}
			if err := f.Compile(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestErrors has the library's sentences, each by its kind. In a child, as it applies what must be refused.
func TestErrors(t *testing.T) {
	if !inChild(t) {
		return
	}
	for _, row := range []struct {
		name   string
		say    func(*Filter) error
		status Status
		words  string
	}{
		{"misspelt", func(f *Filter) error { return f.Allow("wrtie") }, ErrUnknownSyscall, "no system call is named 'wrtie'; did you mean 'write'?"},
		{"empty", func(f *Filter) error { return f.Deny("") }, ErrUnknownSyscall, "empty"},
		{"cut off by C", func(f *Filter) error { return f.Deny("ptrace\x00d") }, ErrInvalidArgument, `zero byte in "ptrace\x00d"`},
		{"checksum cut off by C", func(f *Filter) error { return f.LoadOCI("profile.json", strings.Repeat("0", 64)+"\x00") }, ErrInvalidArgument, "zero byte"},
		{"no UTF-8", func(f *Filter) error { return f.Allow("\xff") }, ErrInvalidArgument, "UTF-8"},
		{"errno too large", func(f *Filter) error { return f.AddRule(Errno(4096), "read") }, ErrInvalidArgument, "action"},
		{"errno of more than 32 bits", func(f *Filter) error { return f.AddRule(Errno(1<<32+1), "read") }, ErrInvalidArgument, "action"},
		{"argument 6", func(f *Filter) error { return f.AddRule(Allow, "read", Arg{Index: 6, Op: EQ}) }, ErrInvalidArgument, "6"},
		{"no comparison", func(f *Filter) error { return f.AddRule(Allow, "read", Arg{}) }, ErrInvalidArgument, "0"},
		{"no level", func(f *Filter) error { return f.UseLevel(7) }, ErrInvalidArgument, "7"},
		{"no profile there", func(f *Filter) error { return f.LoadOCI("/nonexistent.json", "") }, ErrFile, "nonexistent.json"},
		{"another profile", func(f *Filter) error { return f.LoadOCI(profile(t, "{}"), strings.Repeat("0", 64)) }, ErrProfile, "SHA-256"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := New(KillProcess)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			err = row.say(f)
			var found *Error
			if !errors.As(err, &found) || !errors.Is(err, row.status) || !strings.Contains(err.Error(), row.words) {
				t.Errorf("got %v, want %v with %q", err, row.status, row.words)
			}
			for _, later := range []error{f.Allow("read"), f.Compile(), f.Apply(AllThreads), f.Export(nil, BPF)} {
				if later != err {
					t.Errorf("later: %v, want the first error", later)
				}
			}
		})
	}
}

// profile returns the path of a file with the text.
func profile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profile.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadOCI(t *testing.T) {
	path := profile(t, `{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
		"syscalls": [{"names": ["read", "not_a_call"], "action": "SCMP_ACT_ALLOW"}]}`)
	f := compiled(t, KillProcess, func(f *Filter) {
		if err := f.LoadOCI(path, ""); err != nil {
			t.Fatal(err)
		}
	})
	for nr, expected := range map[int32]Action{syscall.SYS_READ: Allow, syscall.SYS_WRITE: Errno(syscall.ENOSYS)} {
		if action, err := f.Evaluate(Call{Nr: nr}); action != expected || err != nil {
			t.Errorf("call %d: %v, %v, want %v", nr, action, err, expected)
		}
	}
	if report := f.ProfileReport(); !strings.Contains(report, "not_a_call") {
		t.Errorf("ProfileReport() = %q, want a line about not_a_call", report)
	}
}

func TestReport(t *testing.T) {
	f := compiled(t, KillProcess, func(f *Filter) {
		f.AddRule(Allow, "read", Arg{Op: EQ, Value: 1}, Arg{Op: EQ, Value: 2})
	})
	if report := f.Report(); !strings.Contains(report, "read") {
		t.Errorf("Report() = %q, want a line about read", report)
	}
}

// TestUnusable has what can't be done, and does not crash. In a child, likewise.
func TestUnusable(t *testing.T) {
	if !inChild(t) {
		return
	}
	if f, err := New(Errno(5000)); f != nil || !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("New() = %v, %v, want %v", f, err, ErrInvalidArgument)
	}
	f, err := New(Allow)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Export(nil, BPF); !errors.Is(err, ErrNotCompiled) {
		t.Errorf("Export() = %v, want %v", err, ErrNotCompiled)
	}
	if err := f.Apply(AllThreads); !errors.Is(err, ErrNotCompiled) {
		t.Errorf("Apply() = %v, want %v", err, ErrNotCompiled)
	}
	f.Close()
	f.Close()
	_, asked := f.Evaluate(Call{})
	_, compared := f.Compare(f)
	for _, err := range []error{f.Allow("read"), f.Compile(), f.Apply(AllThreads), f.Export(nil, BPF), asked, compared} {
		if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "closed") {
			t.Errorf("got %v, want that it is closed", err)
		}
	}
	if f.IsApplied() || f.Report() != "" || f.ProfileReport() != "" {
		t.Error("a closed filter says something")
	}
}

// TestConcurrent uses shared filters, which nothing changes, and filters of their own, in 100 goroutines.
func TestConcurrent(t *testing.T) {
	shared := compiled(t, KillProcess, func(f *Filter) { f.UseDefault(Network) })
	looser := compiled(t, KillProcess, func(f *Filter) { f.UseDefault(Network); f.Allow("ptrace") })
	var expected bytes.Buffer
	if err := shared.Export(&expected, BPF); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			if err := useShared(shared, looser, expected.Bytes()); err != nil {
				t.Errorf("goroutine %d, shared: %v", i, err)
			}
			if err := useOwn(shared, i); err != nil {
				t.Errorf("goroutine %d, its own: %v", i, err)
			}
		})
	}
	group.Wait()
	runtime.GC() // filters that were never closed
}

func useShared(shared, looser *Filter, expected []byte) error {
	var exported bytes.Buffer
	err := shared.Export(&exported, BPF)
	action, evaluateErr := shared.Evaluate(Call{Nr: syscall.SYS_PTRACE})
	order, compareErr := shared.Compare(looser)
	if err := errors.Join(err, evaluateErr, compareErr); err != nil {
		return err
	}
	if !bytes.Equal(exported.Bytes(), expected) || action != KillProcess || order != Stricter {
		return fmt.Errorf("%d bytes, %v, order %d", exported.Len(), action, order)
	}
	return nil
}

func useOwn(shared *Filter, i int) error {
	f, err := New(KillProcess)
	if err != nil {
		return err
	}
	if i%2 == 0 {
		defer f.Close()
	}
	f.UseDefault(Network)
	if i%3 == 0 {
		f.Allow("wrtie")
		if err := f.Compile(); !errors.Is(err, ErrUnknownSyscall) {
			return fmt.Errorf("compiled a mistake: %v", err)
		}
		return nil
	}
	f.AddRule(Errno(syscall.Errno(i)), "uname")
	if err := f.Compile(); err != nil {
		return err
	}
	action, err := f.Evaluate(Call{Nr: syscall.SYS_UNAME})
	order, compareErr := f.Compare(shared)
	if action != Errno(syscall.Errno(i)) || order != Stricter {
		return fmt.Errorf("%v, order %d, %w", action, order, errors.Join(err, compareErr))
	}
	return nil
}

func TestActionString(t *testing.T) {
	for action, words := range map[Action]string{
		KillProcess: "kill process", KillThread: "kill thread", Notify: "notify", Log: "log", Allow: "allow",
		Errno(syscall.EPERM): "errno 1 (operation not permitted)", Trap(0): "trap 0", Trace(65535): "trace 65535",
		Errno(4096): "Action(0x5ffff)", 1: "Action(0x1)",
	} {
		if action.String() != words {
			t.Errorf("%#x is %q, want %q", uint32(action), action, words)
		}
	}
}
