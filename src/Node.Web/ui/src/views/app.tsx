import type { ChatModel } from '../chat-model';
import { Entry } from './entry';
import { Shell } from './shell';

export function App({ model }: { model: ChatModel }) {
  return model.entering ? <Entry model={model} /> : <Shell model={model} />;
}
