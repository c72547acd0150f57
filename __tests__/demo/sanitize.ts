import { type DefaultTreeAdapterTypes as Tree, defaultTreeAdapter as tree } from 'parse5';

/** Elements that GitHub lets through; any other is replaced by what it holds. */
const ELEMENTS = new Set(
  `h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p picture ol ul table thead tbody tfoot blockquote
   dl dt dd kbd q samp var hr ruby rt rp li tr td th s strike summary details caption figure figcaption abbr bdo cite dfn mark
   small source span time wbr input`.split(/\s+/),
);

/** Elements whose content goes with them: it would run, or appear as text that nobody meant to show. */
const DROPPED_WHOLE = new Set(
  `script style iframe object embed svg math template noscript noembed noframes textarea title xmp plaintext`.split(
    /\s+/,
  ),
);

/** Attributes allowed on every element. */
const ATTRIBUTES = new Set(
  `align alt aria-describedby aria-hidden aria-label aria-labelledby border checked colspan datetime dir disabled headers height
   id lang name open rel role rowspan scope span start summary tabindex title type valign value width`.split(/\s+/),
);

/** Attributes that hold a URL, with the element that may have them and the schemes it may name; a relative URL always may. */
const URLS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  a: { href: ['http', 'https', 'mailto'] },
  img: { src: ['http', 'https'] },
  source: { srcset: ['http', 'https'] },
  blockquote: { cite: ['http', 'https'] },
  del: { cite: ['http', 'https'] },
  ins: { cite: ['http', 'https'] },
  q: { cite: ['http', 'https'] },
};

/**
 * The prefix GitHub puts before identifiers of a user's document, so that they cannot stand in for those of the page around it.
 */
const ID_PREFIX = 'user-content-';

/** Removes from a parsed fragment, in place, what GitHub's sanitizer would remove. */
export function sanitize(fragment: Tree.ParentNode): void {
  fragment.childNodes = fragment.childNodes.flatMap(sanitized);
  for (const child of fragment.childNodes) child.parentNode = fragment;
}

function sanitized(node: Tree.ChildNode): Tree.ChildNode[] {
  if (tree.isTextNode(node)) return [node];
  if (!tree.isElementNode(node) || DROPPED_WHOLE.has(node.tagName)) return [];
  sanitize(node);
  const isTextField = node.tagName === 'input' && attributeOf(node, 'type') !== 'checkbox';
  if (isTextField || !ELEMENTS.has(node.tagName)) return node.childNodes;
  node.attrs = node.attrs.flatMap(({ name, value }) => {
    const safe = safeValue(node.tagName, name, value);
    return safe === undefined ? [] : [{ name, value: safe }];
  });
  if (node.tagName === 'a') setAttribute(node, 'rel', 'nofollow noopener');
  // A task list shows its boxes, it does not offer them.
  if (node.tagName === 'input') setAttribute(node, 'disabled', '');
  return [node];
}

/** The value an attribute keeps; undefined when the attribute goes. */
function safeValue(element: string, name: string, value: string): string | undefined {
  const schemes = Object.hasOwn(URLS, element) ? URLS[element]?.[name] : undefined;
  if (schemes !== undefined) {
    if (!isSafeUrl(value, schemes)) return undefined;
    return name === 'href' && value.startsWith('#') ? `#${prefixed(value.slice(1))}` : value;
  }
  if (!ATTRIBUTES.has(name)) return undefined;
  return name === 'id' || name === 'name' ? prefixed(value) : value;
}

function isSafeUrl(url: string, schemes: readonly string[]): boolean {
  // Browsers pass over white space and control characters in a scheme: `java\nscript:` is `javascript:`.
  const bare = [...url].filter((character) => character > ' ' && character !== '\u007f').join('');
  const scheme = /^([^/?#:]*):/.exec(bare)?.[1];
  return scheme === undefined || schemes.includes(scheme.toLowerCase());
}

function prefixed(identifier: string): string {
  return identifier.startsWith(ID_PREFIX) ? identifier : `${ID_PREFIX}${identifier}`;
}

/** The value of an element's attribute, if it has it. */
export function attributeOf(element: Tree.Element, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}

/** Adds an attribute to an element, or replaces its value. */
export function setAttribute(element: Tree.Element, name: string, value: string): void {
  element.attrs = [...element.attrs.filter((attribute) => attribute.name !== name), { name, value }];
}
