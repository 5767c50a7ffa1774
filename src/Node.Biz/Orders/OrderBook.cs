using System.Security.Cryptography;

namespace Node.Biz.Orders;

/// <summary>All orders, in memory: an example has no database. Any thread. Bounded: the oldest that were shipped make room for new ones.</summary>
/// <param name="max">How many.</param>
/// <param name="changed">Hears of every new state, in the order of the changes. It must not wait: the book is locked meanwhile.</param>
internal sealed class OrderBook(int max, Action<Order> changed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Order> _orders = [];
    private readonly Dictionary<string, string> _byRequest = [];
    private readonly Queue<string> _shipped = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _orders.Count;
            }
        }
    }

    /// <summary>A new order, or the one that this very request has placed before.</summary>
    /// <param name="request">Names the request.</param>
    /// <param name="user">Who orders.</param>
    /// <param name="wanted">What.</param>
    /// <returns>Null when too many orders are open.</returns>
    public Order? Place(string request, string user, OrderRequest wanted)
    {
        lock (_lock)
        {
            if (_byRequest.TryGetValue(request, out string? known))
            {
                return _orders[known];
            }

            if (_orders.Count >= max && !ForgetOldestShipped())
            {
                return null;
            }

            string id = RandomNumberGenerator.GetHexString(16, lowercase: true);
            _byRequest.Add(request, id);
            return Keep(new Order(id, user, wanted.Item, wanted.Quantity, OrderState.Placed) { Request = request });
        }
    }

    public Order? Find(string id)
    {
        lock (_lock)
        {
            return _orders.GetValueOrDefault(id);
        }
    }

    /// <summary>A user's orders that are not shipped.</summary>
    public IReadOnlyList<Order> OpenOf(string user)
    {
        lock (_lock)
        {
            return [.. _orders.Values.Where(order => order.User == user && order.State != OrderState.Shipped)];
        }
    }

    /// <summary>The next step of one order; one that is shipped has none.</summary>
    /// <returns>The order as it is now; null: there is none of this id.</returns>
    public Order? Advance(string id)
    {
        lock (_lock)
        {
            return !_orders.TryGetValue(id, out Order? order) ? null
                : order.State == OrderState.Shipped ? order
                : Keep(order with { State = order.State + 1 });
        }
    }

    /// <summary>The next step of every order.</summary>
    public void AdvanceAll()
    {
        lock (_lock)
        {
            foreach (Order order in _orders.Values.Where(order => order.State != OrderState.Shipped).ToArray())
            {
                Keep(order with { State = order.State + 1 });
            }
        }
    }

    private Order Keep(Order order)
    {
        _orders[order.Id] = order;
        if (order.State == OrderState.Shipped)
        {
            _shipped.Enqueue(order.Id);
        }

        changed(order);
        return order;
    }

    private bool ForgetOldestShipped()
    {
        if (!_shipped.TryDequeue(out string? id) || !_orders.Remove(id, out Order? order))
        {
            return false;
        }

        _byRequest.Remove(order.Request);
        return true;
    }
}
