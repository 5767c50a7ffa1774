using System.Text.Json.Serialization;

namespace Node.Biz.Orders;

/// <param name="Id">Names it.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Item">What was ordered.</param>
/// <param name="Quantity">How many of it.</param>
/// <param name="State">How far it is.</param>
internal sealed record Order(string Id, string User, string Item, int Quantity, OrderState State)
{
    /// <summary>Names the request that placed it: nodes ask again when an answer was late.</summary>
    [JsonIgnore]
    public string Request { get; init; } = "";
}
