using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Node.Web.Api;

/// <summary>Takes the fields of a request one by one, and remembers everything that is wrong with them. One request only.</summary>
internal sealed class Fields
{
    private readonly List<FieldError> _errors = [];

    /// <summary>What is wrong so far, as an answer; null when nothing is.</summary>
    public Problem? Problem
    {
        get
        {
            if (_errors.Count == 0)
            {
                return null;
            }

            string detail = _errors.Count == 1 ? $"{_errors[0].Field} {_errors[0].Detail}." : $"{_errors.Count} fields are wrong.";
            return new Problem(StatusCodes.Status422UnprocessableEntity, detail) { Errors = _errors };
        }
    }

    public void Fail(string field, string detail) => _errors.Add(new FieldError(field, detail));

    /// <summary>The last part of the path: a name that may hold any character, a slash too, percent-encoded.</summary>
    /// <remarks>Not the route's value: routing leaves %2F as it is, so that it cannot be told from a %252F.</remarks>
    public string PathName(string field, string rawTarget)
    {
        string path = rawTarget.Split('?')[0];
        string? name = NameRule.Unescape(path[(path.LastIndexOf('/') + 1)..]);
        if (name is null)
        {
            Fail(field, "must be percent-encoded UTF-8");
            return "";
        }

        Keep(field, NameRule.Check(name, NameRule.MaxName));
        return name;
    }

    /// <summary>Refuses the fields that a body has beside these.</summary>
    public void Only(JsonElement body, params ReadOnlySpan<string> known)
    {
        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                Fail(property.Name, "is not a field of this request");
            }
        }
    }

    /// <inheritdoc cref="Only(JsonElement, ReadOnlySpan{string})"/>
    public void Only(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        foreach (string name in query.Keys)
        {
            if (!known.Contains(name))
            {
                Fail(name, "is not a parameter of this request");
            }
            else if (query[name].Count > 1)
            {
                Fail(name, "must be given once");
            }
        }
    }

    /// <summary>A text that must be there.</summary>
    public string Text(JsonElement body, string field, int maxBytes)
    {
        string? text = TextIn(body, field);
        if (text is null)
        {
            Keep(field, body.TryGetProperty(field, out _) ? null : "is missing");
            return "";
        }

        Keep(field, NameRule.Check(text, maxBytes));
        return text;
    }

    /// <summary>A text that may be left out; empty then. Whoever gives it has to fill it.</summary>
    public string OptionalText(JsonElement body, string field, int maxBytes, string otherwise = "")
    {
        if (TextIn(body, field) is not { } text)
        {
            return otherwise;
        }

        Keep(field, NameRule.Check(text, maxBytes));
        return text;
    }

    public int OptionalNumber(JsonElement body, string field, int least, int most, int otherwise)
    {
        if (!body.TryGetProperty(field, out JsonElement value))
        {
            return otherwise;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < least || number > most)
        {
            Fail(field, $"must be a whole number from {least} to {most}");
            return otherwise;
        }

        return number;
    }

    /// <summary>A text of the query; empty when it is not there.</summary>
    public string QueryText(IQueryCollection query, string name, int maxBytes)
    {
        string text = query[name].ToString();
        Keep(name, NameRule.CheckOptional(text, maxBytes));
        return text;
    }

    public int QueryNumber(IQueryCollection query, string name, int least, int most, int otherwise)
    {
        string text = query[name].ToString();
        if (text.Length == 0 && !query.ContainsKey(name))
        {
            return otherwise;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < least || number > most)
        {
            Fail(name, $"must be a whole number from {least} to {most}");
        }

        return number;
    }

    private string? TextIn(JsonElement body, string field)
    {
        if (!body.TryGetProperty(field, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(field, "must be a text");
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            Fail(field, "must be Unicode text: half of a surrogate pair is missing");
            return null;
        }
    }

    private void Keep(string field, string? wrong)
    {
        if (wrong is not null)
        {
            Fail(field, wrong);
        }
    }
}
