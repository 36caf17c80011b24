import type { ReactNode } from 'react';

/** A name and what it is; the list behind every "in short". */
export function Facts({ rows = false, children }: { readonly rows?: boolean; readonly children: ReactNode }) {
  return <dl className={rows ? 'facts rows' : 'facts'}>{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** 43 or 44 characters that nobody reads and everybody may have to compare: whole, and breaking anywhere. */
export const Hash = ({ value }: { readonly value: string }) => <code className="hash">{value}</code>;

/** A table that scrolls by itself, also by keyboard, where the page is too narrow for it. */
export function DataTable({
  caption,
  head,
  children,
}: {
  readonly caption: string;
  readonly head: readonly ReactNode[];
  readonly children: ReactNode;
}) {
  return (
    <div className="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={at} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** `label`: what the cell is, shown before it where the table becomes a list of cards. */
export const Cell = ({
  label,
  className,
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) => (
  <td data-label={label} className={className}>
    {children}
  </td>
);

/** Chooses files in the page's language: the browser's own button speaks the browser's. */
export function FileButton({
  accept,
  multiple = false,
  take,
  children,
}: {
  readonly accept: string;
  readonly multiple?: boolean;
  readonly take: (files: FileList | null) => void;
  readonly children: ReactNode;
}) {
  return (
    <label className="file-button">
      {children}
      <input
        type="file"
        className="visually-hidden"
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          take(event.target.files);
          // The same file may be chosen again.
          event.target.value = '';
        }}
      />
    </label>
  );
}
