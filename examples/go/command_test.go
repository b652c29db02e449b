package nucleusseccomp

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCommand has it that a program is confined, and else as exec.Cmd starts it.
func TestCommand(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	given, err := os.Open(profile(t, "given"))
	if err != nil {
		t.Fatal(err)
	}
	defer given.Close()
	for script, expected := range map[string]string{
		"uname 2>&1; echo $?":               "uname: cannot get system name: Inappropriate ioctl for device\n1\n",
		"grep NoNewPrivs /proc/self/status": "NoNewPrivs:\t1\n",
	} {
		if output, err := Command(f, "sh", "-c", script).Output(); string(output) != expected || err != nil {
			t.Errorf("%s: %q, %v, want %q", script, output, err, expected)
		}
	}
	for _, row := range []struct {
		name, script string
		change       func(*exec.Cmd)
	}{
		{"arguments", `echo "$0 $#:$*"`, func(c *exec.Cmd) { c.Args = append(c.Args, "zero", "", "a b", "\xff") }},
		{"environment", `env`, func(c *exec.Cmd) { c.Env = []string{"ONLY=this", "PATH=/usr/bin:/bin"} }},
		{"folder", `pwd`, func(c *exec.Cmd) { c.Dir = "/proc" }},
		{"standard input", `cat`, func(c *exec.Cmd) { c.Stdin = strings.NewReader("read") }},
		{"limits", `ulimit -a`, func(*exec.Cmd) {}},
		{"signals", `grep 'Sig[^Q]' /proc/self/status`, func(*exec.Cmd) {}},
		{"descriptors", `ls /proc/self/fd`, func(*exec.Cmd) {}},
		{"files", `ls /proc/self/fd; readlink /proc/self/fd/4`, func(c *exec.Cmd) { c.ExtraFiles = []*os.File{nil, given} }},
		{"many files", `readlink /proc/self/fd/66`, func(c *exec.Cmd) { c.ExtraFiles = append(make([]*os.File, 63), given) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			free, c := exec.Command("sh", "-c", row.script), Command(f, "sh", "-c", row.script)
			row.change(free)
			row.change(c.Cmd)
			expected, err := free.Output()
			if err != nil {
				t.Fatal(err)
			}
			if output, err := c.Output(); err != nil || !bytes.Equal(output, expected) {
				t.Errorf("%q, %v, want %q", output, err, expected)
			}
		})
	}
}

// TestCommandAttributes has what the filter says besides rules: it goes with the program.
func TestCommandAttributes(t *testing.T) {
	for _, row := range []struct {
		attr  Attr
		value uint32
		args  []string // the flags and no_new_privs, NUCLEUS_*
	}{
		{AttrLog, 1, []string{"2", "1"}},
		{AttrSpecAllow, 1, []string{"4", "1"}},
		{AttrNoNewPrivs, 0, []string{"0", "2"}},
	} {
		f := compiled(t, Allow, func(f *Filter) { f.SetAttr(row.attr, row.value) })
		c := Command(f, "grep", "NoNewPrivs", "/proc/self/status")
		if found := c.Args[2:4]; !slices.Equal(found, row.args) {
			t.Errorf("attribute %d: %q, want %q", row.attr, found, row.args)
		}
		output, err := c.Output()
		if row.attr == AttrNoNewPrivs && (string(output) != "NoNewPrivs:\t0\n" || err != nil) && !errors.Is(err, syscall.EACCES) {
			t.Errorf("without no_new_privs: %q, %v", output, err)
		}
	}
}

// TestCommandStates has the methods that exec.Cmd has, and their errors.
func TestCommandStates(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))

	c := Command(f, "sh", "-c", "echo out; echo err >&2; exit 3")
	output, err := c.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 || string(exit.Stderr) != "err\n" || string(output) != "out\n" {
		t.Errorf("Output() = %q, %v", output, err)
	}
	if words := c.String(); !strings.HasSuffix(words, "/sh -c echo out; echo err >&2; exit 3") {
		t.Errorf("String() = %q", words)
	}
	if err := c.Start(); err == nil || !strings.Contains(err.Error(), "already started") {
		t.Errorf("a second Start() = %v", err)
	}

	c = Command(f, "true")
	c.Path = "/bin/true"
	if err := c.Run(); err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("Run() with another Path = %v", err)
	}

	c = Command(f, "true")
	c.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := c.Run(); err == nil || !strings.Contains(err.Error(), "tracer") {
		t.Errorf("Run() with a tracer = %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	c = CommandContext(ctx, f, "sleep", "3600")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Process.Pid))
	if string(name) != "sleep\n" {
		t.Errorf("after Start() it is %q, %v", name, err)
	}
	cancel()
	if err := c.Wait(); !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "killed") {
		t.Errorf("Wait() = %v", err)
	}
}

// TestCommandThatIsCancelled has that happen at many points of starting: it is never said to be another thing.
func TestCommandThatIsCancelled(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	for i := range 30 {
		ctx, cancel := context.WithCancel(t.Context())
		after := time.AfterFunc(time.Duration(i)*100*time.Microsecond, cancel)
		err := CommandContext(ctx, f, "sleep", "3600").Run()
		after.Stop()
		cancel()
		if !errors.Is(err, context.Canceled) && (err == nil || err.Error() != "signal: killed") {
			t.Errorf("Run() = %v", err)
		}
	}
}

// TestCommandThatCannotStart says why, in words.
func TestCommandThatCannotStart(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	uncompiled, err := New(Allow)
	if err != nil {
		t.Fatal(err)
	}
	defer uncompiled.Close()
	mistaken, err := New(Allow)
	if err != nil {
		t.Fatal(err)
	}
	defer mistaken.Close()
	mistaken.Allow("wrtie")
	for _, row := range []struct {
		name   string
		filter *Filter
		path   string
		is     error
		words  string
	}{
		{"not in PATH", f, "no-such-program", exec.ErrNotFound, `"no-such-program"`},
		{"no file", f, "/nonexistent", fs.ErrNotExist, "exec /nonexistent: no such file or directory"},
		{"not executable", f, profile(t, ""), fs.ErrPermission, "permission denied"},
		{"a folder", f, "/proc", fs.ErrPermission, "permission denied"},
		{"not compiled", uncompiled, "true", ErrNotCompiled, "not compiled"},
		{"an error of before", mistaken, "true", ErrUnknownSyscall, "did you mean 'write'?"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Command(row.filter, row.path)
			stdin, feeding := io.Pipe() // nobody writes to it: a failure must not wait for that
			defer feeding.Close()
			c.Stdin = stdin
			err := c.Run()
			if !errors.Is(err, row.is) || !strings.Contains(err.Error(), row.words) {
				t.Errorf("Run() = %v, want %v with %q", err, row.is, row.words)
			}
			if c.Process != nil && c.Process.Signal(syscall.Signal(0)) != os.ErrProcessDone {
				t.Error("the child was not waited for")
			}
		})
	}
}

// TestCommandWithoutExecve has filters that let nothing run, not even what says so.
func TestCommandWithoutExecve(t *testing.T) {
	for action, words := range map[Action]string{
		KillProcess:          "signal: bad system call",
		Errno(syscall.EPERM): "exec /bin/true: operation not permitted",
	} {
		f := compiled(t, Allow, func(f *Filter) { f.AddRule(action, "execve") })
		if err := Command(f, "/bin/true").Run(); err == nil || !strings.HasPrefix(err.Error(), words) {
			t.Errorf("%v: Run() = %v, want %q", action, err, words)
		}
		f = compiled(t, action, func(f *Filter) {})
		if err := Command(f, "/bin/true").Run(); err == nil {
			t.Errorf("%v for all: Run() = nil", action)
		}
	}
}

// TestCommandNeedsExecveAlone has a filter that lets nothing else run, but what ends the program.
func TestCommandNeedsExecveAlone(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the program is written in the machine code of amd64")
	}
	f := compiled(t, KillProcess, func(f *Filter) { f.Allow("execve"); f.Allow("exit_group") })
	err := Command(f, exitsWith7(t)).Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("Run() = %v, want exit status 7", err)
	}
}

// exitsWith7 returns the path of a program without any library.
func exitsWith7(t *testing.T) string {
	t.Helper()
	code := []byte{0xbf, 7, 0, 0, 0, 0xb8, syscall.SYS_EXIT_GROUP, 0, 0, 0, 0x0f, 0x05}
	const headers, address = 64 + 56, 0x400000
	program := new(bytes.Buffer)
	for _, part := range []any{
		elf.Header64{
			Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
			Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
			Entry: address + headers, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1,
		},
		elf.Prog64{
			Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: address,
			Filesz: headers + uint64(len(code)), Memsz: headers + uint64(len(code)), Align: 4096,
		},
		code,
	} {
		binary.Write(program, binary.LittleEndian, part)
	}
	path := filepath.Join(t.TempDir(), "exits")
	if err := os.WriteFile(path, program.Bytes(), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestInnerCommand has it that a Cmd is confined, or does not run, whoever starts it.
func TestInnerCommand(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	said, err := Command(f, "uname").Cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "Inappropriate ioctl") {
		t.Errorf("uname: %q, %v", said, err)
	}
	said, err = Command(f, "/nonexistent").Cmd.CombinedOutput()
	if err == nil || string(said) != "nucleusseccomp: No such file or directory\n" {
		t.Errorf("/nonexistent: %q, %v", said, err)
	}
}

// TestCommandUnderBuiltIn has programs under the policy that is meant for them.
func TestCommandUnderBuiltIn(t *testing.T) {
	f := compiled(t, KillProcess, func(f *Filter) { f.UseDefault(0) })
	output, err := Command(f, "sh", "-c", "ls / >/dev/null && echo fine").Output()
	if string(output) != "fine\n" || err != nil {
		t.Errorf("sh: %q, %v", output, err)
	}
	err = Command(f, "unshare", "--user", "true").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
		t.Errorf("unshare: %v, want a bad system call", err)
	}
}

// TestCommandsAtOnce starts many from one filter.
func TestCommandsAtOnce(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	errs := make(chan error)
	for i := range 20 {
		go func() {
			path := []string{"/bin/true", "/nonexistent"}[i%2]
			err := Command(f, path).Run()
			if i%2 == 1 && errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			errs <- err
		}()
	}
	for range 20 {
		select {
		case err := <-errs:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it hangs")
		}
	}
}
