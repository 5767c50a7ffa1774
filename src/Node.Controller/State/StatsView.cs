namespace Node.Controller.State;

/// <summary>Sums at one moment, over everything or one room.</summary>
internal readonly record struct StatsView(int Rooms, int Members, int Users, int Connections, int Nodes);
