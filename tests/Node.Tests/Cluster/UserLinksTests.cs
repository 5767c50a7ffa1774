using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Protocol.Connect;
using Node.Push.Routing;

namespace Node.Tests.Cluster;

/// <summary>Links of users against a dictionary of them, by any sequence of links, unlinks, streams that end and streams that come after them.</summary>
public class UserLinksTests
{
    private const int Users = 12;
    private const int Nodes = 4;

    [Fact]
    public void Any_sequence_leaves_what_a_dictionary_would() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var links = new UserLinks();
        var model = new Dictionary<(int User, string Node), NodeLink>();
        var over = new List<NodeLink>();
        NodeLink[] streams = [.. Enumerable.Range(0, Nodes).Select(NewStream)];
        for (int step = 0; step < 200; step++)
        {
            int user = random.Next(Users);
            int node = random.Next(Nodes);
            switch (random.Next(40))
            {
                case 0:
                    links.Clear();
                    model.Clear();
                    over.Clear();
                    break;
                case < 4:
                    over.Add(streams[node]);
                    streams[node] = NewStream(node);
                    break;
                case < 8 when over.Count > 0:
                    NodeLink ended = over[random.Next(over.Count)];
                    over.Remove(ended);
                    links.RemoveAll(ended);
                    model.Where(link => link.Value == ended).ToList().ForEach(link => model.Remove(link.Key));
                    break;
                case < 18:
                    links.Remove(NameOf(user), streams[node].Node);
                    model.Remove((user, streams[node].Node));
                    break;
                default:
                    links.Add(NameOf(user), streams[node]);
                    model[(user, streams[node].Node)] = streams[node];
                    break;
            }

            AssertSame(model, links);
        }
    }

    private static void AssertSame(Dictionary<(int User, string Node), NodeLink> model, UserLinks links)
    {
        Assert.Equal(model.Keys.Select(link => link.User).Distinct().Count(), links.Count);
        for (int user = 0; user < Users; user++)
        {
            var found = new List<NodeLink>();
            links.Find(NameOf(user), found);
            Assert.Equal(
                model.Where(link => link.Key.User == user).Select(link => link.Value).OrderBy(link => link.Node, StringComparer.Ordinal),
                found.OrderBy(link => link.Node, StringComparer.Ordinal));
        }
    }

    private static byte[] NameOf(int user) => Encoding.UTF8.GetBytes($"user-{user}");

    private static NodeLink NewStream(int node) => new(new FromNode.Types.Hello { Node = $"node-{node}" }, new SentSteps());
}
