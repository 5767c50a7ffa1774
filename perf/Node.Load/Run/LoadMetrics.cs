using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Node.Load.Scenarios;

namespace Node.Load.Run;

/// <summary>
/// What a worker counts, for a Prometheus that watches the run: any request on its port is answered with it. It reads the worker's numbers
/// without asking its thread, a moment old and not all of the same moment; the loading thread does nothing for it.
/// </summary>
internal static class LoadMetrics
{
    private static readonly double[] s_bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Listens from here on, until the process ends.</summary>
    /// <exception cref="InvalidOperationException">The port is taken.</exception>
    public static void Serve(int port, Scenario scenario)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException fault)
        {
            listener.Dispose();
            throw new InvalidOperationException($"--metrics {port}: {fault.Message}", fault);
        }

        new Thread(() => Answer(listener, scenario)) { IsBackground = true, Name = "metrics" }.Start();
    }

    private static void Answer(TcpListener listener, Scenario scenario)
    {
        byte[] request = new byte[4096];
        while (true)
        {
            try
            {
                using TcpClient client = listener.AcceptTcpClient();
                client.ReceiveTimeout = client.SendTimeout = 1000;
                NetworkStream stream = client.GetStream();
                if (stream.Read(request) > 0)
                {
                    string body = Text(scenario);
                    stream.Write(Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
                }
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                // Whoever asked has gone.
            }
        }
    }

    private static string Text(Scenario scenario)
    {
        LoadCounts counts = scenario.Counts();
        var text = new StringBuilder();
        Number("load_connections", "gauge", "Connections that are ready.", counts.Connections);
        Number("load_operations_total", "counter", "Operations of the scenario: deliveries, echoes, handshakes.", counts.Operations);
        Number("load_lost_total", "counter", "Messages that never came.", counts.Lost);
        Number("load_duplicates_total", "counter", "Messages that came again.", counts.Duplicates);
        text.Append("# HELP load_latency_seconds Latency of an operation, as the clients see it.\n# TYPE load_latency_seconds histogram\n");
        foreach (double bound in s_bounds)
        {
            text.Append(CultureInfo.InvariantCulture, $"load_latency_seconds_bucket{{le=\"{bound}\"}} {scenario.CountUpTo((long)(bound * 1e9))}\n");
        }

        long all = scenario.CountUpTo(long.MaxValue);
        text.Append(CultureInfo.InvariantCulture, $"load_latency_seconds_bucket{{le=\"+Inf\"}} {all}\nload_latency_seconds_count {all}\n");
        return text.ToString();

        void Number(string name, string type, string help, long value) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
    }
}
