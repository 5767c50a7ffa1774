using System.Text.Json;
using Node.Biz.Orders;
using Node.Biz.Pushing;

namespace Node.Biz.Upstream;

/// <summary>What clients want from this application, and what happens to them. Any thread.</summary>
internal sealed class UpstreamHandler(OrderBook orders, PushQueue pushes)
{
    private const uint UnknownRoute = 102;
    private const uint LimitExceeded = 106;
    private const uint BadRequest = 107;
    private const uint NoSuchOrder = 1404;

    public UpstreamAnswers Handle(UpstreamBatch batch)
    {
        List<UpstreamAnswer> answers = [];
        foreach (UpstreamItem item in batch.Items)
        {
            string request = $"{batch.Node}-{batch.Incarnation}-{item.Number}";
            if (item.Event is not null)
            {
                Hear(item, request);
            }
            else
            {
                answers.Add(Answer(item, request));
            }
        }

        return new UpstreamAnswers(answers);
    }

    private UpstreamAnswer Answer(UpstreamItem item, string request) => item.MessageId switch
    {
        "order.place" => Place(item, request),
        "order.status" => TellStatus(item),
        _ => Fail(item, UnknownRoute, "unknown message_id"),
    };

    private UpstreamAnswer Place(UpstreamItem item, string request)
    {
        if (OrderRequest.Read(item.Data, out string problem) is not { } wanted)
        {
            return Fail(item, BadRequest, problem);
        }

        return orders.Place(request, item.User, wanted) is { } order
            ? new UpstreamAnswer(item.Number, order)
            : Fail(item, LimitExceeded, "too many orders are open");
    }

    private UpstreamAnswer TellStatus(UpstreamItem item)
    {
        if (item.Data.ValueKind != JsonValueKind.Object || !item.Data.TryGetProperty("id", out JsonElement id) || id.ValueKind != JsonValueKind.String)
        {
            return Fail(item, BadRequest, "data must be an object with id (text)");
        }

        // Another user's order is no order.
        return orders.Find(id.GetString()!) is { } order && order.User == item.User
            ? new UpstreamAnswer(item.Number, order)
            : Fail(item, NoSuchOrder, "no such order");
    }

    /// <summary>Who comes back may have missed steps.</summary>
    private void Hear(UpstreamItem item, string request)
    {
        if (item.Event == "connected")
        {
            foreach (Order order in orders.OpenOf(item.User))
            {
                pushes.Add(new Push(order, $"{request}-{order.Id}"));
            }
        }
    }

    private static UpstreamAnswer Fail(UpstreamItem item, uint code, string reason) =>
        new(item.Number, Error: new UpstreamError(code, reason));
}
