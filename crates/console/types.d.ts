// What the console works with, as the OpenAPI document has it: `#api` is made from that by openapi-typescript.

type Schemas = import('#api').components['schemas'];
type Actor = Schemas['Actor'];
type Movie = Schemas['Movie'];
type Casting = Schemas['Casting'];
type CastMember = Schemas['CastMember'];
type Credit = Schemas['Credit'];
type HistoryEntry = Schemas['HistoryEntry'];

/** One thing that was wrong. The generated type does not say that a place comes with what is wrong there. */
type Flaw = Extract<Schemas['Flaw'], { code: string }> & {
  pointer?: string;
  parameter?: string;
  column?: string;
  line?: number;
};

/** A refusal of the API, or whatever stood between had to say. */
type ApiProblem = Partial<Omit<Schemas['Problem'], 'type' | 'errors'>> & {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Flaw[];
};

type Warning = Schemas['Warning'];
type Import = Schemas['Import'];
type CastingStatus = Casting['status'];

/** A page of a list, whose items stand under its name. */
type Page<Name extends string, Item> = { [name in Name]: Item[] } & {
  total: number;
  total_capped?: boolean;
  limit: number;
  page: number | null;
  pages: number | null;
  next_cursor: string | null;
};

/** What `config.json` tells. */
interface Config {
  sign_in: { mode: 'local' } | { mode: 'oidc'; issuer: string; client_id: string | null; audience: string };
  statuses: { name: CastingStatus; moves: CastingStatus[]; needs_reason: boolean }[];
}
