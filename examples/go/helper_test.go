package nucleusseccomp

import (
	"debug/elf"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Who else may start the helper, where, and with what.

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
