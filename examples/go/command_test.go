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

// TestHelperAlone has what others may start the helper with.
func TestHelperAlone(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	args := Command(f, "true").Args
	const report, flags, noNewPrivs, program = 1, 2, 3, 4 // of HELPER_*, as cgo is not for tests
	for _, row := range []struct {
		name  string
		index int
		arg   string
		words string
	}{
		{"no descriptor", report, "3", "no descriptor"},
		{"a negative one", report, "-1", ""},
		{"no flags", flags, "", "arguments"},
		{"flags beyond 32 bits", flags, "4294967296", "arguments"},
		{"signed flags", flags, "+1", "arguments"},
		{"unknown flags", flags, "1024", "nothing was tried"},
		{"no such no_new_privs", noNewPrivs, "3", "nothing was tried"},
		{"no program", program, "", "the filter"},
		{"half a byte", program, args[program] + "0", "the filter"},
		{"half an instruction", program, args[program] + "00000000", "the filter"},
		{"no digits", program, strings.Repeat("0g", 8), "the filter"},
		{"no program that ends", program, strings.Repeat("00", 8), "the filter"},
		{"a negative digit", program, "-1" + args[program][2:], "the filter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := exec.CommandContext(t.Context(), self)
			c.Args = append([]string{}, args...)
			c.Args[row.index] = row.arg
			said, err := c.CombinedOutput()
			if row.words == "" { // reported to people instead
				if err != nil {
					t.Errorf("%q, %v", said, err)
				}
			} else if c.ProcessState.ExitCode() != 127 || !strings.Contains(string(said), row.words) {
				t.Errorf("%q, %v, want %q", said, err, row.words)
			}
		})
	}
	for length := 1; length < len(args); length++ {
		c := exec.CommandContext(t.Context(), self)
		c.Args = args[:length]
		if said, _ := c.CombinedOutput(); c.ProcessState.ExitCode() != 127 {
			t.Errorf("with %d arguments: %q, %v", length, said, c.ProcessState)
		}
	}
}

// TestHelperWithPrivileges has a set-user-id program: it executes nothing for others.
func TestHelperWithPrivileges(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("making a program that runs as root takes root")
	}
	const nobody = 65534
	folder, err := os.MkdirTemp("", "privileges")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "program")
	image, err := os.ReadFile(self)
	if err := errors.Join(err, os.Chmod(folder, 0o755), os.WriteFile(program, image, 0o755)); err != nil {
		t.Fatal(err)
	}
	run := func() (string, error) {
		c := exec.CommandContext(t.Context(), program)
		c.Args = Command(withoutUname(t, Errno(syscall.ENOTTY)), "id", "-u").Args
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		c.Dir = "/"
		said, err := c.CombinedOutput()
		return string(said), err
	}
	if said, err := run(); err != nil {
		t.Skipf("nobody can't run this program: %v, %s", err, said)
	}
	if err := os.Chmod(program, 0o755|fs.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	if said, err := run(); err == nil || !strings.Contains(said, "with privileges") {
		t.Errorf("a program that is set-user-id: %q, %v", said, err)
	}
}

// TestCommandInAnotherRoot has roots without /proc: what is missing is said, and what stands there instead
// does not run.
func TestCommandInAnotherRoot(t *testing.T) {
	if os.Getuid() != 0 || runtime.GOARCH != "amd64" {
		t.Skip("another root takes root, and the program there is in the machine code of amd64")
	}
	for name, make := range map[string]func(root string) error{
		"nothing": func(string) error { return nil },
		"another program": func(root string) error {
			return errors.Join(os.MkdirAll(root+"/proc/self", 0o755), os.Rename(exitsWith7(t), root+"/proc/self/exe"))
		},
		"a link that is /proc from outside": func(root string) error {
			return errors.Join(os.MkdirAll(root+"/a/b", 0o755), os.MkdirAll(root+"/a/proc/self", 0o755),
				os.Symlink("/a/b", root+"/usr"), os.Symlink("/usr/../proc", root+"/proc"),
				os.Rename(exitsWith7(t), root+"/a/proc/self/exe"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := make(root); err != nil {
				t.Fatal(err)
			}
			c := Command(withoutUname(t, Errno(syscall.ENOTTY)), "/bin/true")
			c.Dir, c.SysProcAttr = "/", &syscall.SysProcAttr{Chroot: root}
			if err := c.Run(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "/proc has to be mounted") {
				t.Errorf("Run() = %v, want that /proc is missing", err)
			}
		})
	}
}

// TestCommandIsNotPreloaded has an environment that would have the helper run something before the filter:
// the loader complains once, of the program.
func TestCommandIsNotPreloaded(t *testing.T) {
	f := withoutUname(t, Errno(syscall.ENOTTY))
	c := Command(f, "/bin/true")
	c.Env = []string{"LD_PRELOAD=/nonexistent.so"}
	if said, err := c.CombinedOutput(); err != nil || strings.Count(string(said), "/nonexistent.so") != 1 {
		t.Errorf("%q, %v, want one complaint", said, err)
	}
	c = Command(f, "/bin/true")
	c.Env = []string{"A=\x00"}
	if err := c.Run(); err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("a zero byte in the environment: %v", err)
	}
}

// TestCommandUnderALoader has a program that is not /proc/self/exe: that the helper is missing is said.
func TestCommandUnderALoader(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		child := childOf(t)
		loader := interpreter(t, child.Path)
		child.Path, child.Args = loader, append([]string{loader, child.Path}, child.Args[1:]...)
		if said, err := child.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS") {
			t.Errorf("%v\n%s", err, said)
		}
		return
	}
	if err := Command(withoutUname(t, Errno(syscall.ENOTTY)), "/bin/true").Run(); err == nil || !strings.Contains(err.Error(), "not the helper") {
		t.Errorf("Run() = %v, want that it is not the helper", err)
	}
}

// interpreter returns the loader of a program.
func interpreter(t *testing.T, path string) string {
	t.Helper()
	program, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	section := program.Section(".interp")
	if section == nil {
		t.Skip("the program has no loader")
	}
	name, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(name), "\x00")
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
