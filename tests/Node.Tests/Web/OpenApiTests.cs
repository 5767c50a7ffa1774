using System.Text.Json;
using Node.Tests.Hub;

namespace Node.Tests.Web;

/// <summary>
/// The API's description says what is: its routes are those that exist, and its schemas are what goes over the wire. That it is a
/// valid OpenAPI document is checked beside the pages, by npm test.
/// </summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_routes_are_those_that_exist()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        JsonElement document = (await site.GetAsync("api/openapi.json")).Good();
        string[] described =
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select $"{operation.Name.ToUpperInvariant()} {path.Name}",
        ];
        Assert.Equal(site.Server!.ApiRoutes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_a_name_and_its_parameters_and_lists_the_errors_of_the_gate()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        JsonElement paths = (await site.GetAsync("api/openapi.json")).Good().GetProperty("paths");
        var names = new HashSet<string>();
        foreach (JsonProperty path in paths.EnumerateObject())
        {
            foreach (JsonElement operation in path.Value.EnumerateObject().Select(property => property.Value))
            {
                Assert.True(names.Add(operation.GetProperty("operationId").GetString()!));
                bool hasName = path.Name.EndsWith('}');
                Assert.Equal(hasName, operation.TryGetProperty("parameters", out JsonElement parameters)
                    && parameters[0].GetProperty("in").GetString() == "path"
                    && path.Name.EndsWith($"{{{parameters[0].GetProperty("name")}}}", StringComparison.Ordinal));
                if (!operation.TryGetProperty("security", out _))
                {
                    JsonElement responses = operation.GetProperty("responses");
                    Assert.All(new[] { "401", "403", "429", "500", "502", "503", "504" }, status => responses.GetProperty(status));
                }
            }
        }
    }

    [Fact]
    public async Task Answers_have_the_fields_of_their_schemas()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        await using HubClient alice = await site.ConnectAsync("alice");
        await alice.JoinAsync("lobby");
        JsonElement document = (await site.GetAsync("api/openapi.json")).Good();
        (string Schema, ApiReply Reply)[] answers =
        [
            ("PushResult", await site.PostAsync("api/push/room/lobby", """{"data":1}""")),
            ("PushResult", await site.PostAsync("api/broadcast", """{"data":1}""")),
            ("RoomPage", await site.GetAsync("api/rooms")),
            ("RoomInfo", await site.GetAsync("api/rooms/lobby")),
            ("UserInfo", await site.GetAsync("api/users/alice")),
            ("NodeList", await site.GetAsync("api/nodes")),
            ("Totals", await site.GetAsync("api/stats")),
            ("HealthReport", await site.GetAsync("api/health")),
            ("ConnectInfo", await site.GetAsync("api/connect-info")),
            ("Problem", await site.GetAsync("api/rooms/nowhere")),
            ("Problem", await site.PostAsync("api/kick", "{}")),
            ("KickResult", await site.PostAsync("api/kick", """{"user":"alice"}""")),
        ];
        foreach ((string schema, ApiReply reply) in answers)
        {
            AssertFits(document, document.GetProperty("components").GetProperty("schemas").GetProperty(schema), reply.Json, schema);
        }
    }

    [Fact]
    public async Task The_body_examples_and_fields_are_those_that_are_taken()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        JsonElement document = (await site.GetAsync("api/openapi.json")).Good();
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("post", out JsonElement post))
            {
                continue;
            }

            JsonElement content = post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
            string url = path.Name.Replace('{', 'x').Replace('}', 'x');
            (await site.PostAsync(url, content.GetProperty("example").GetRawText())).Good();

            // Each field by itself, with nonsense in it: none may be unknown.
            JsonElement schema = Resolve(document, content.GetProperty("schema"));
            foreach (string field in schema.GetProperty("properties").EnumerateObject().Select(property => property.Name))
            {
                ApiReply reply = await site.PostAsync(url, JsonSerializer.Serialize(new Dictionary<string, object?> { [field] = Array.Empty<int>() }));
                Assert.DoesNotContain("is not a field", reply.Text, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>As far as this document's schemas go: objects with named fields, arrays, types.</summary>
    private static void AssertFits(JsonElement document, JsonElement schema, JsonElement value, string where)
    {
        schema = Resolve(document, schema);
        string type = schema.TryGetProperty("type", out JsonElement named) ? named.GetString()! : "";
        bool fits = type switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => !schema.TryGetProperty("enum", out JsonElement choices) || choices.EnumerateArray().Any(choice => choice.ValueEquals(value.GetString())),
        };
        Assert.True(fits, $"{where}: {value} is no {type}");
        if (type == "array")
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                AssertFits(document, schema.GetProperty("items"), item, where + "[]");
            }
        }

        if (type != "object" || !schema.TryGetProperty("properties", out JsonElement properties))
        {
            return;
        }

        Assert.All(schema.GetProperty("required").EnumerateArray(), field => Assert.True(
            value.TryGetProperty(field.GetString()!, out _), $"{where}.{field} is missing"));
        foreach (JsonProperty field in value.EnumerateObject())
        {
            Assert.True(properties.TryGetProperty(field.Name, out JsonElement inner), $"{where}.{field.Name} is not described");
            AssertFits(document, inner, field.Value, $"{where}.{field.Name}");
        }
    }

    private static JsonElement Resolve(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out JsonElement reference)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;
}
