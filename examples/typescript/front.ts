// A section front and an article page, typed by the API's own document.
//
//   npx openapi-typescript http://127.0.0.1:8080/v1/openapi.json -o broadsheet.d.ts
//   npm install openapi-fetch

import createClient from "openapi-fetch";
import type { components, paths } from "broadsheet";

type Card = components["schemas"]["Card"];

const api = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

/** Every card of a section, newest first, page by page. */
export async function* front(section: string): AsyncGenerator<Card> {
  let cursor: string | undefined;
  do {
    const { data, error } = await api.GET("/v1/articles", { params: { query: { section, cursor, limit: 20 } } });
    if (error) throw new Error(`${error.title}: ${error.detail}`);
    yield* data.items;
    cursor = data.page.next_cursor ?? undefined;
  } while (cursor);
}

/** An article with what stands around it, in one call. */
export async function page(article: string) {
  const { data, error } = await api.GET("/v1/articles/{article}", {
    params: { path: { article }, query: { include: ["breadcrumbs", "related"], body: "blocks" } },
  });
  if (error) throw new Error(`${error.title}: ${error.detail}`);
  const text: string[] = [];
  if (data.body.format === "blocks") {
    for (const block of data.body.blocks) {
      if (block.type === "paragraph") text.push(block.text);
      if (block.type === "heading") text.push(`${"#".repeat(block.level)} ${block.text}`);
    }
  }
  return { title: data.title, trail: data.breadcrumbs?.map((section) => section.name), text, next: data.related?.items.map((item) => item.title) };
}

for await (const card of front("news")) {
  console.log(card.published_at, card.title, card.byline.map((name) => name.name).join(", "));
}
console.log(await page("port-reopens-after-ottilie"));
