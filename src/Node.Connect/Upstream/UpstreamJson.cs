using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>Batches and their answers as <c>protocol/upstream.md</c> writes them in JSON.</summary>
internal static class UpstreamJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What a client may nest, inside of an answer.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 80 };

    public static ReadOnlyMemory<byte> Write(Batch batch)
    {
        ArrayBufferWriter<byte> output = new(1024);
        using Utf8JsonWriter json = new(output, Writing);
        json.WriteStartObject();
        json.WriteString("node"u8, batch.Node);
        json.WriteNumber("incarnation"u8, batch.Incarnation);
        json.WriteStartArray("items"u8);
        foreach (Item item in batch.Items)
        {
            Write(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    /// <exception cref="UpstreamException">It is no answer.</exception>
    public static BatchAnswer Read(ReadOnlyMemory<byte> text)
    {
        BatchAnswer batch = new();
        if (text.IsEmpty)
        {
            return batch;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Reading);
            if (document.RootElement.TryGetProperty("answers"u8, out JsonElement answers))
            {
                batch.Answers.AddRange(answers.EnumerateArray().Select(ReadAnswer));
            }

            return batch;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UpstreamException(UpstreamOutcome.Malformed, error.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, Item item)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, item.Number);
        json.WriteString("client"u8, item.Client);
        json.WriteString("user"u8, item.User);
        if (item.WhatCase == Item.WhatOneofCase.Event)
        {
            json.WriteString("event"u8, UpstreamEvents.NameOf(item.Event.Kind));
            WriteUnlessEmpty(json, "room"u8, item.Event.Room);
            json.WriteNumber("generation"u8, item.Event.Generation);
        }
        else
        {
            json.WriteString("message_id"u8, item.Message.MessageId);
            WriteUnlessEmpty(json, "room"u8, item.Message.Room);
            WriteUnlessEmpty(json, "target"u8, item.Message.Target);
            WriteData(json, item.Message.Data.Span);
        }

        json.WriteEndObject();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteData(Utf8JsonWriter json, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        if (IsJson(data))
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64String("data_base64"u8, data);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        if (!Utf8.IsValid(data))
        {
            // The reader lets it pass inside of texts.
            return false;
        }

        Utf8JsonReader reader = new(data);
        try
        {
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Answer ReadAnswer(JsonElement element)
    {
        Answer answer = new() { Number = element.GetProperty("number"u8).GetUInt64() };
        if (element.TryGetProperty("error"u8, out JsonElement error))
        {
            string reason = error.TryGetProperty("reason"u8, out JsonElement said) ? said.GetString() ?? "" : "";
            answer.Error = new Error { Code = error.GetProperty("code"u8).GetUInt32(), Reason = reason };
        }
        else if (element.TryGetProperty("data"u8, out JsonElement data))
        {
            answer.Data = ByteString.CopyFrom(JsonMarshal.GetRawUtf8Value(data));
        }
        else if (element.TryGetProperty("data_base64"u8, out JsonElement bytes))
        {
            answer.Data = UnsafeByteOperations.UnsafeWrap(bytes.GetBytesFromBase64());
        }

        return answer;
    }
}
