/**
 * Who takes part when a company buys: four roles, told by words of a job title. It decides which words mean which role;
 * it refuses to know what anybody did. A title can have several roles, or none.
 */

import { fold, words } from './text.ts';

export const buyingRoles = ['decides', 'pays', 'technical', 'uses'] as const;
export type BuyingRole = (typeof buyingRoles)[number];

/**
 * Whole words and phrases, in the languages of the page and some neighbours. A title is compared as `mentions` compares:
 * folded, and as words.
 */
const PHRASES: Readonly<Record<BuyingRole, readonly string[]>> = {
  decides: [
    ...['ceo', 'coo', 'founder', 'co founder', 'owner', 'president', 'managing director', 'general manager', 'partner'],
    ...['director general', 'fondator', 'administrator', 'proprietar', 'genel müdür', 'kurucu', 'yönetim kurulu'],
    ...['генеральный директор', 'директор', 'основатель', 'владелец', '執行長', '總經理', '創辦人', '董事長'],
    ...[
      'geschäftsführer',
      'geschäftsführerin',
      'gründer',
      'pdg',
      'directrice générale',
      'directeur général',
      'fondateur',
    ],
  ],
  pays: [
    ...['cfo', 'finance', 'financial', 'controller', 'procurement', 'purchasing', 'buyer', 'accounting', 'treasurer'],
    ...['financiar', 'achiziții', 'contabil', 'finans', 'mali işler', 'satın alma', 'muhasebe'],
    ...['финансовый', 'закупки', 'закупкам', 'бухгалтер', '財務', '財務長', '採購', '會計'],
    ...['einkauf', 'finanzen', 'buchhaltung', 'achats', 'acheteur', 'acheteuse', 'financier'],
  ],
  technical: [
    ...['cto', 'cio', 'ciso', 'it', 'engineer', 'engineering', 'developer', 'architect', 'technical', 'technology'],
    ...['inginer', 'tehnic', 'dezvoltator', 'mühendis', 'teknik', 'yazılım', 'bilgi işlem'],
    ...['инженер', 'технический', 'разработчик', 'ит', '技術長', '工程師', '資訊', '技術'],
    ...['ingenieur', 'ingenieurin', 'entwickler', 'ingénieur', 'ingénieure', 'technique'],
  ],
  uses: [
    ...['manager', 'head of', 'lead', 'team lead', 'analyst', 'planner', 'specialist', 'coordinator', 'operations'],
    ...[
      'șef',
      'coordonator',
      'specialist',
      'analist',
      'müdürü',
      'yöneticisi',
      'lideri',
      'uzman',
      'uzmanı',
      'direktörü',
    ],
    ...['руководитель', 'менеджер', 'специалист', 'аналитик', '經理', '主管', '專員', '分析師'],
    ...['leiter', 'leiterin', 'teamleiter', 'lagermanager', 'projektmanagerin', 'sachbearbeiter', 'disponentin'],
    ...['chef de', 'chef d équipe', 'responsable', 'analyste', 'directeur logistique', 'directrice des opérations'],
  ],
};

const spaced = (text: string): string => ` ${words(fold(text))} `;

const LOOKED_FOR = buyingRoles.map((role) => ({ role, phrases: PHRASES[role].map(spaced) }));

/** Scripts without blanks between words: a phrase of theirs is found anywhere. */
const isUnspaced = (phrase: string): boolean => /\p{Script=Han}/u.test(phrase);

/** The roles that a job title tells of. */
export function rolesOfTitle(title: string): BuyingRole[] {
  const text = spaced(title);
  const tells = (phrase: string): boolean => text.includes(isUnspaced(phrase) ? phrase.trim() : phrase);
  return LOOKED_FOR.filter(({ phrases }) => phrases.some(tells)).map(({ role }) => role);
}

/** The words by which a role is told, as people read them. */
export const wordsOfRole = (role: BuyingRole): readonly string[] => [...new Set(PHRASES[role])];
