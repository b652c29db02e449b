package nucleusseccomp

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A filter can't be removed, so a test that loads one runs in a process of its own.

const childVariable = "NUCLEUSSECCOMP_TEST_IN_CHILD"

// inChild runs the calling test once more, in a child process. It reports whether this is the child.
func inChild(t *testing.T) bool {
	t.Helper()
	if os.Getenv(childVariable) != "" {
		return true
	}
	child := childOf(t)
	if said, err := child.CombinedOutput(); err != nil {
		t.Errorf("in the child: %v\n%s", err, said)
	} else if !strings.Contains(string(said), "--- PASS: "+t.Name()) {
		t.Errorf("the child has not run the test:\n%s", said)
	}
	return false
}

func childOf(t *testing.T) *exec.Cmd {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), executable, "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), childVariable+"=1")
	child.WaitDelay = time.Second
	return child
}

// compiled returns a filter, compiled, that is freed with the test.
func compiled(t testing.TB, defaultAction Action, say func(*Filter)) *Filter {
	t.Helper()
	f, err := New(defaultAction)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	say(f)
	if err := f.Compile(); err != nil {
		t.Fatal(err)
	}
	return f
}

// withoutUname returns a filter under which everything runs but uname, which fails with the errno.
func withoutUname(t testing.TB, action Action) *Filter {
	t.Helper()
	return compiled(t, Allow, func(f *Filter) { f.AddRule(action, "uname") })
}
