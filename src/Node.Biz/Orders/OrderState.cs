namespace Node.Biz.Orders;

/// <summary>The steps of an order, in this order.</summary>
internal enum OrderState
{
    Placed,
    Packed,
    Shipped,
}
