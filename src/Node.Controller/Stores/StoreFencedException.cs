namespace Node.Controller.Stores;

/// <summary>Another controller leads by now and has claimed the store: this one must not write any more.</summary>
internal sealed class StoreFencedException(string store, long term)
    : IOException($"{store} was claimed by a later term than {term}");
