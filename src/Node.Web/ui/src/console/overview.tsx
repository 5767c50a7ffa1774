import { useRef } from 'preact/hooks';
import type { Api } from './api';
import { useLive } from './live';
import { count, Empty, Head, plural, Since, State, Trend, Trouble } from './parts';
import type { NodeInfo, Part, Totals } from './types';

const everyMs = 2000;
const samples = 60;

interface Snapshot {
  totals: Totals;
  nodes: NodeInfo[];
  parts: Part[];
}

/** How the whole system does. */
export function Overview({ api }: { api: Api }) {
  const history = useRef<Totals[]>([]);
  const { data, error } = useLive<Snapshot>('overview', async (signal) => {
    const [totals, { nodes }, { parts }] = await Promise.all([
      api.get<Totals>('/api/stats', signal),
      api.get<{ nodes: NodeInfo[] }>('/api/nodes', signal),
      api.get<{ parts: Part[] }>('/api/health', signal),
    ]);
    history.current = [...history.current, totals].slice(-samples);
    return { totals, nodes, parts };
  }, everyMs);

  return (
    <>
      <Head title="Overview">
        <span class={`live ${error ? 'stale' : ''}`} role="status">{error ? 'Not up to date' : data ? 'Live' : 'Loading…'}</span>
      </Head>
      <Trouble error={error} />
      {data && (
        <div class={error ? 'sections old' : 'sections'}>
          <Tiles totals={data.totals} history={history.current} />
          <Nodes nodes={data.nodes} />
          <Parts parts={data.parts} />
        </div>
      )}
    </>
  );
}

function Tiles({ totals, history }: { totals: Totals; history: Totals[] }) {
  const tile = (label: string, of: (sample: Totals) => number) => (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{count(of(totals))}</dd>
      <Trend values={history.map(of)} />
    </div>
  );
  return (
    <dl class="tiles" aria-label="Totals">
      {tile('Connections', (of) => of.connections)}
      {tile('Users', (of) => of.users)}
      {tile('Rooms', (of) => of.rooms)}
      {tile('Memberships', (of) => of.members)}
    </dl>
  );
}

function Nodes({ nodes }: { nodes: NodeInfo[] }) {
  const ready = nodes.filter(({ state }) => state === 'ready').length;
  const most = Math.max(1, ...nodes.map(({ connections }) => connections));
  return (
    <section class="card" aria-labelledby="nodes">
      <h2 id="nodes">Nodes <span class="count">{ready} of {nodes.length} ready</span></h2>
      {nodes.length === 0 ? (
        <Empty title="No node is known">Start a connect-node; it registers itself.</Empty>
      ) : (
        <table class="table stacked">
          <thead>
            <tr><th scope="col">Node</th><th scope="col">State</th><th scope="col">Connections</th><th scope="col">Users</th><th scope="col">Up for</th><th scope="col">Version</th></tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.node}>
                <th scope="row">
                  <span class="name">{node.node}</span>
                  {node.client_url && <span class="sub">{node.client_url}</span>}
                </th>
                <td data-label="State"><State state={node.state} /></td>
                <td data-label="Connections">
                  <span class="load"><span class="number">{count(node.connections)}</span><meter min={0} max={most} value={node.connections} aria-label="Share of the busiest node" /></span>
                </td>
                <td data-label="Users" class="number">{count(node.users)}</td>
                <td data-label="Up for"><Since ms={node.since_ms} /></td>
                <td data-label="Version"><span class="sub">{node.version?.replace(/\+([0-9a-f]{7})[0-9a-f]*$/, '+$1') ?? '–'}</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Parts({ parts }: { parts: Part[] }) {
  const bad = parts.filter(({ state }) => state !== 'ok').length;
  return (
    <section class="card" aria-labelledby="parts">
      <h2 id="parts">Health <span class="count">{bad === 0 ? 'everything answers' : `${plural(bad, 'part')} in trouble`}</span></h2>
      <ul class="parts">
        {parts.map((part) => (
          <li key={`${part.role}/${part.name}`} class="part">
            <span class="part-name"><span class="name">{part.name}</span><span class="sub">{part.role}</span></span>
            {part.detail && <span class="part-detail">{part.detail}</span>}
            <State state={part.state} />
          </li>
        ))}
      </ul>
    </section>
  );
}
