package nucleusseccomp

/*
#include <stdlib.h>
#include <nucleus_seccomp.h>
#include "helper.h"
*/
import "C"

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A Cmd is an [exec.Cmd] whose program runs confined. It is used as any other, but for Path and Args: they
// are the helper's, see [Command]. What is appended to Args goes to the program.
//
// Whoever is given the inner exec.Cmd, such as a package that starts commands on terminals, starts a
// confined program, too, with two differences. What went wrong is then on the standard error of it, with an
// exit status of 127, instead of being returned. And the helper has the program's environment and root: who
// chooses these (LD_PRELOAD is enough) can have the helper do anything before it is confined.
type Cmd struct {
	*exec.Cmd
	ctx context.Context // of CommandContext
}

// Command returns a Cmd that runs the named program, with these arguments, confined by a compiled filter.
// As with [exec.Command] the name is looked for in PATH here and now, and what goes wrong is returned when
// the Cmd is started.
//
// The filter has to let execve run. It is in force from the program's first instruction on: what the
// program's loader and libc need is needed, too.
//
// What starts is this program itself, by way of /proc/self/exe, with the filter among its arguments. Before
// Go's runtime and anything else of the program runs there, a C constructor of this package finds that it
// was started so, loads the filter, and executes the named program in its place. It makes no system call
// between the two, so that the filter need not allow what Go does when it starts, or executes.
//
// The helper has nothing of the program's environment, but LD_LIBRARY_PATH as this program has it.
// Constructors of the libraries that this program is linked with run in it before it is confined.
//
// So Command works where /proc is mounted in what will be the program's root and mount namespace
// ([syscall.SysProcAttr]), with the libraries that this program is linked with, whoever has put them there;
// and not in programs that run with more privileges than whoever starts them has, such as set-user-id ones:
// anybody could have those execute anything. Nor where /proc/self/exe is another program: in a Go library
// that is loaded by dlopen(3), or under a loader or an emulator that was started by its own name.
func Command(f *Filter, name string, arg ...string) *Cmd {
	return confined(context.Background(), f, exec.Command(name, arg...))
}

// CommandContext is Command with a context, which [exec.CommandContext] explains.
func CommandContext(ctx context.Context, f *Filter, name string, arg ...string) *Cmd {
	return confined(ctx, f, exec.CommandContext(ctx, name, arg...))
}

const (
	self = "/proc/self/exe"
	// helper is argv[0] of the helper. Not a variable of the environment: these are set by more people than
	// those who may choose what is executed, are inherited, and are often replaced in an exec.Cmd.
	helper = C.HELPER_NAME
)

func confined(ctx context.Context, f *Filter, c *exec.Cmd) *Cmd {
	args, err := f.helperArgs(c.Path)
	if err != nil {
		c.Err = err
	}
	c.Args = append(args, c.Args...)
	c.Path = self
	return &Cmd{c, ctx}
}

// helperArgs returns what goes before the arguments of the program at path. The filter is among them, and
// not in a descriptor: so nobody else can write to it, and ExtraFiles are the caller's alone. The largest
// one takes 64 KiB here, half of what Linux takes as one argument.
func (f *Filter) helperArgs(path string) ([]string, error) {
	program, err := f.export(BPF)
	if err != nil {
		return nil, err
	}
	// What is imported has lost the filter's attributes.
	flags, noNewPrivs := 0, NoNewPrivsOff
	if f.has(AttrLog) {
		flags |= C.NUCLEUS_APPLY_LOG
	}
	if f.has(AttrSpecAllow) {
		flags |= C.NUCLEUS_APPLY_SPEC_ALLOW
	}
	if f.has(AttrNoNewPrivs) {
		noNewPrivs = NoNewPrivsOn
	}
	args := make([]string, C.HELPER_ARGS)
	args[0] = helper
	args[C.HELPER_REPORT] = "-"
	args[C.HELPER_FLAGS] = strconv.Itoa(flags)
	args[C.HELPER_NO_NEW_PRIVS] = strconv.Itoa(int(noNewPrivs))
	args[C.HELPER_PROGRAM] = hex.EncodeToString(program)
	args[C.HELPER_PATH] = path
	return args, nil
}

// Start starts the program, and returns once it is confined and executed, or an error that says why it is
// not: an *[Error] if the kernel refuses the filter, or an *[fs.PathError] if it does not execute the
// program.
//
// A filter that refuses execve may take away the means to say so. Then Wait returns that the program was
// killed, or its exit status of 127.
func (c *Cmd) Start() error {
	args, files := c.Args, c.ExtraFiles
	if c.Err == nil && (c.Path != self || len(args) <= C.HELPER_ARGS || args[0] != helper) {
		return errors.New("nucleusseccomp: Path or Args of a Cmd were replaced")
	}
	if err := c.procIsMounted(); err != nil {
		return err
	}
	if c.SysProcAttr != nil && c.SysProcAttr.Ptrace {
		return errors.New("nucleusseccomp: a tracer would stop the helper, which this would wait for")
	}
	report, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer report.Close()

	// Behind the caller's files, which keep their numbers. The helper closes it by executing the program.
	env := c.Env
	c.Env = marked(c.Cmd)
	c.ExtraFiles = append(slices.Clip(files), theirs)
	c.Args = slices.Clone(args)
	if len(args) > C.HELPER_REPORT {
		c.Args[C.HELPER_REPORT] = strconv.Itoa(3 + len(files))
	}
	err = c.Cmd.Start()
	c.Args, c.Env, c.ExtraFiles = args, env, files
	theirs.Close()
	var found *fs.PathError
	if errors.As(err, &found) && found.Path == self && found.Err == syscall.ENOENT {
		err = c.notThere(err)
	}
	if err != nil {
		return err
	}

	said, err := io.ReadAll(report)
	words, isReady := strings.CutPrefix(string(said), C.HELPER_READY)
	if err == nil && isReady && words == "" {
		return nil
	}
	c.Process.Kill() // whatever it would do now: it is at its end, or can't be heard
	c.Process.Wait()
	// Cmd.Wait waits for whoever feeds Stdin, too, who may never come to an end. So nobody waits for that.
	ended := *c.Cmd
	go ended.Wait()
	if !isReady {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		words := "nucleusseccomp: what was started is not the helper, or was ended before it was: see Command"
		return errors.Join(err, errors.New(words))
	}
	return errors.Join(err, failure(args[C.HELPER_PATH], words))
}

// procIsMounted finds out whether /proc/self/exe is this program in another root, too. Somebody who made that
// root could have put another program there, which would run as it likes.
func (c *Cmd) procIsMounted() error {
	if c.SysProcAttr == nil || c.SysProcAttr.Chroot == "" {
		return nil
	}
	const procMagic = 0x9fa0 // PROC_SUPER_MAGIC of linux/magic.h
	var mounted syscall.Statfs_t
	proc := c.SysProcAttr.Chroot + "/proc"
	found, err := os.Lstat(proc)
	if err == nil && found.IsDir() {
		err = syscall.Statfs(proc, &mounted)
	}
	// A symbolic link would lead elsewhere from inside.
	if err == nil && (!found.IsDir() || int64(mounted.Type) != procMagic) {
		err = &fs.PathError{Op: "statfs", Path: proc, Err: syscall.ENOENT}
	}
	if err != nil {
		return c.notThere(err)
	}
	return nil
}

func (c *Cmd) notThere(err error) error {
	return fmt.Errorf("nucleusseccomp: this program does not start where %s shall: /proc has to be mounted there, "+
		"with the libraries that this program is linked with: %w", c.Args[C.HELPER_PATH], err)
}

// marked returns the environment of the helper: that of the program, marked so that it is nothing to
// the helper's loader, which would run what LD_PRELOAD says before the filter is there.
func marked(c *exec.Cmd) []string {
	env := []string{} // nil would be the environment of this program
	if path, ok := os.LookupEnv("LD_LIBRARY_PATH"); ok {
		env = append(env, "LD_LIBRARY_PATH="+path)
	}
	for _, variable := range c.Environ() {
		env = append(env, string(rune(C.HELPER_MARK))+variable)
	}
	for _, variable := range c.Env {
		if strings.IndexByte(variable, 0) >= 0 {
			env = append(env, variable) // for exec.Cmd to say what is wrong with it
		}
	}
	return env
}

// failure is what the helper reported.
func failure(path, said string) error {
	var status, errno int
	if n, _ := fmt.Sscanf(said, "%d %d", &status, &errno); n < 2 {
		return fmt.Errorf("nucleusseccomp: the helper said %q", said)
	}
	if status == C.NUCLEUS_OK {
		return &fs.PathError{Op: "exec", Path: path, Err: syscall.Errno(errno)}
	}
	words := strings.SplitN(said, " ", 3)
	return &Error{Status: Status(status), Message: words[2], Errno: syscall.Errno(errno)}
}

// Run starts the program and waits until it ends.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the program and returns what it writes to its standard output.
func (c *Cmd) Output() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("nucleusseccomp: Stdout is set already")
	}
	var output, said bytes.Buffer
	c.Stdout = &output
	isCaught := c.Stderr == nil
	if isCaught {
		c.Stderr = &said
	}
	err := c.Run()
	if exit, ok := err.(*exec.ExitError); ok && isCaught {
		exit.Stderr = said.Bytes()
	}
	return output.Bytes(), err
}

// CombinedOutput runs the program and returns what it writes to its standard output and error.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil || c.Stderr != nil {
		return nil, errors.New("nucleusseccomp: Stdout or Stderr is set already")
	}
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	err := c.Run()
	return output.Bytes(), err
}

// String returns the path of the program and its arguments.
func (c *Cmd) String() string {
	if c.Err != nil || len(c.Args) <= C.HELPER_ARGS {
		return c.Cmd.String()
	}
	words := append([]string{c.Args[C.HELPER_PATH]}, c.Args[C.HELPER_ARGS+1:]...)
	return strings.Join(words, " ")
}
