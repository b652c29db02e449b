// What a Java service does: a thread pool, virtual-machine start-up with its JIT and collectors, a
// child process, memory-mapped files, and an HTTP server and client on loopback.
import com.sun.net.httpserver.HttpServer;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

public class Program {
    static void threads() throws Exception {
        try {
            var pool = Executors.newFixedThreadPool(4);
            var sum = pool.submit(() -> LongStream.range(0, 2_000_000).parallel().sum());
            if (sum.get() != 1999999000000L) throw new Exception("wrong sum");
            pool.shutdown();
        } finally {
            System.gc();
        }
    }

    static void processes() throws Exception {
        var child = new ProcessBuilder("sh", "-c", "echo child; exit 4").start();
        var said = new String(child.getInputStream().readAllBytes());
        if (child.waitFor() != 4 || !said.equals("child\n")) throw new Exception("child said " + said);
    }

    static void files() throws Exception {
        Path path = Path.of("mapped");
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            var map = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, 8192);
            map.put(0, (byte) 1);
            map.force();
        }
        Files.copy(path, Path.of("copied"));
        Files.walk(Path.of(".")).count();
    }

    static void network() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] reply = "served by java".getBytes();
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        server.start();
        var page = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        var reply = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
        System.out.println(reply.body());
        server.stop(0);
    }

    public static void main(String[] arguments) throws Exception {
        threads();
        processes();
        files();
        if (arguments.length > 0 && arguments[0].equals("network")) network();
        System.out.println("java ok");
        System.exit(0);
    }
}
