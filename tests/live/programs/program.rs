//! What a Rust service does with the standard library alone: threads and channels, a child process,
//! files, a UNIX socket, and with "network" as argument a TCP and a UDP socket on loopback.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::{mpsc, Arc, Mutex};
use std::time::Duration;
use std::{fs, thread};

fn threads() {
    let total = Arc::new(Mutex::new(0));
    let (sender, receiver) = mpsc::channel();
    let workers: Vec<_> = (0..8)
        .map(|i| {
            let (total, sender) = (total.clone(), sender.clone());
            thread::Builder::new().name(format!("worker-{i}")).spawn(move || {
                thread::sleep(Duration::from_millis(1));
                *total.lock().unwrap() += i;
                sender.send(i).unwrap();
            })
        })
        .collect();
    for worker in workers {
        worker.unwrap().join().unwrap();
    }
    assert_eq!(receiver.try_iter().count(), 8);
    assert_eq!(*total.lock().unwrap(), 28);
    assert!(receiver.recv_timeout(Duration::from_millis(1)).is_err());
    thread::available_parallelism().unwrap();
    assert!(thread::spawn(|| panic!("caught on purpose")).join().is_err());
}

fn processes() {
    let mut child =
        Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"through cat").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"through cat");
    let mut sleeper = Command::new("sleep").arg("60").current_dir("/").spawn().unwrap();
    sleeper.kill().unwrap();
    assert!(!sleeper.wait().unwrap().success());
}

fn files() {
    fs::create_dir_all("rust/deep").unwrap();
    fs::write("rust/deep/a", vec![7u8; 1 << 16]).unwrap();
    fs::copy("rust/deep/a", "rust/b").unwrap();
    let file = fs::OpenOptions::new().append(true).open("rust/b").unwrap();
    file.sync_all().unwrap();
    file.set_permissions(fs::metadata("rust/b").unwrap().permissions()).unwrap();
    assert_eq!(fs::read_dir("rust").unwrap().count(), 2);
    fs::canonicalize("rust").unwrap();
    fs::remove_dir_all("rust").unwrap();
}

fn network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || listener.accept().unwrap().0.write_all(b"hello").unwrap());
    let mut client = TcpStream::connect_timeout(&address, Duration::from_secs(5)).unwrap();
    client.set_nodelay(true).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    server.join().unwrap();
    assert_eq!(text, "hello");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.send_to(b"x", udp.local_addr().unwrap()).unwrap();
    assert_eq!(udp.recv_from(&mut [0; 8]).unwrap().0, 1);
}

fn main() {
    threads();
    processes();
    files();
    let (mut a, mut b) = UnixStream::pair().unwrap();
    a.write_all(b"u").unwrap();
    b.read_exact(&mut [0]).unwrap();
    if std::env::args().nth(1).as_deref() == Some("network") {
        network();
    }
    println!("rust ok");
}
