using Node.Biz.Orders;

namespace Node.Biz.Pushing;

/// <param name="Order">What the user is told.</param>
/// <param name="Key">With the same key it is sent once, however often it is asked for.</param>
internal sealed record Push(Order Order, string Key);
