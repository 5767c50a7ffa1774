namespace Node.Biz.Upstream;

/// <summary>What the node gets back: an answer a message.</summary>
internal sealed record UpstreamAnswers(IReadOnlyList<UpstreamAnswer> Answers);

internal sealed record UpstreamAnswer(ulong Number, object? Data = null, UpstreamError? Error = null);

/// <param name="Code">Of <c>protocol/codes.md</c>, or from 1000 on one of our own.</param>
/// <param name="Reason">For people.</param>
internal sealed record UpstreamError(uint Code, string Reason);
