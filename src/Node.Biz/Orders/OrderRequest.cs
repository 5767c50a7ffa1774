using System.Text.Json;

namespace Node.Biz.Orders;

/// <summary>The data of <c>order.place</c>.</summary>
internal sealed record OrderRequest(string Item, int Quantity = 1)
{
    private const int MaxItem = 100;
    private const int MaxQuantity = 1000;

    /// <returns>Null, and what is wrong.</returns>
    public static OrderRequest? Read(JsonElement data, out string problem)
    {
        problem = "";
        try
        {
            OrderRequest? request = data.ValueKind == JsonValueKind.Object ? data.Deserialize<OrderRequest>(BizJson.Options) : null;
            problem = request switch
            {
                null => "data must be an object with item and quantity",
                { Item.Length: 0 or > MaxItem } => $"item must have 1 to {MaxItem} characters",
                { Quantity: < 1 or > MaxQuantity } => $"quantity must be 1 to {MaxQuantity}",
                _ => "",
            };
            return problem.Length == 0 ? request : null;
        }
        catch (JsonException)
        {
            problem = "data must be an object with item (text) and quantity (number)";
            return null;
        }
    }
}
