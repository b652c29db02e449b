# Perl as scripts use it: fork and wait, a pipe open, IPC::Open3, signals and alarm, a socket pair, file
# tests, sprintf-heavy text work. With "network" as argument also a TCP conversation on loopback.
use strict;
use warnings;
use Fcntl qw(:flock);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use IPC::Open3;
use POSIX ();
use Socket;
use Time::HiRes qw(sleep setitimer ITIMER_REAL);

my $pid = fork // die;
POSIX::_exit(3) if $pid == 0;
waitpid $pid, 0;
die "wrong status" unless $? >> 8 == 3;

open my $pipe, '-|', 'echo piped' or die;
die unless <$pipe> eq "piped\n";
my $child = open3(my $in, my $out, undef, 'cat');
print $in "through open3\n";
close $in;
die unless <$out> eq "through open3\n";
waitpid $child, 0;

my $fired = 0;
local $SIG{ALRM} = sub { $fired++ };
setitimer(ITIMER_REAL, 0.01);
sleep 0.1;
die 'no alarm' unless $fired;

socketpair(my $left, my $right, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
syswrite $left, "x";
die unless IO::Select->new($right)->can_read(5);

my $dir = tempdir(CLEANUP => 1);
open my $file, '>', "$dir/f" or die;
flock $file, LOCK_EX or die;
print $file "$_\n" for 1 .. 1000;
close $file;
die unless -s "$dir/f" == 3893;
rename "$dir/f", "$dir/g" or die;
getpwuid $> or die;

if (($ARGV[0] // '') eq 'network') {
    my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "$@";
    if (fork == 0) {
        my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->sockport, Timeout => 5) or die;
        print $client "from perl\n";
        POSIX::_exit(0);
    }
    print scalar readline $server->accept;
    wait;
}
print "perl ok\n";
